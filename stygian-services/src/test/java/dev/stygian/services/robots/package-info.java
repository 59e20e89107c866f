/** Tests of {@code robots}. */
@NullMarked
package dev.stygian.services.robots;

import org.jspecify.annotations.NullMarked;
