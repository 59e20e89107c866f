/** Tests of {@code extract}; the examples of docs/services/extract.md are among them. */
@NullMarked
package dev.stygian.services.extract;

import org.jspecify.annotations.NullMarked;
