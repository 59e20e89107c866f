/** Tests of what the cases reckon; the cases themselves run in {@code stygian bench --smoke}. */
@NullMarked
package dev.stygian.bench.macro;

import org.jspecify.annotations.NullMarked;
