/** What may be stored and used again, by the RFC's rules. */
@NullMarked
package dev.stygian.services.cache;

import org.jspecify.annotations.NullMarked;
