/** Tests of {@code discover}; files of sites' kinds lie in its resources. */
@NullMarked
package dev.stygian.services.discover;

import org.jspecify.annotations.NullMarked;
