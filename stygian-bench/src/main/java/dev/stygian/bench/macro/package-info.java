/**
 * The cases that measure whole paths, a class each: {@link dev.stygian.bench.macro.QueueCase} is
 * the one to read first. A case puts contenders together, ours and a reference, and lets {@link
 * dev.stygian.bench.measure.Rounds} play them. Imports {@code measure} and the product.
 */
@NullMarked
package dev.stygian.bench.macro;

import org.jspecify.annotations.NullMarked;
