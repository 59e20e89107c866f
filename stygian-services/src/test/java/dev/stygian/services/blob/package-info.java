/** The blob stores that need a client, on a server that checks its requests. */
@NullMarked
package dev.stygian.services.blob;

import org.jspecify.annotations.NullMarked;
