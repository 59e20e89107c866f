/** Tests of the bench's arithmetic and of what it prints; no time is measured here. */
@NullMarked
package dev.stygian.bench.measure;

import org.jspecify.annotations.NullMarked;
