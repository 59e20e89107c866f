/**
 * What every case measures with: rounds that alternate between ours and the reference ({@link
 * dev.stygian.bench.measure.Rounds}), what they cost ({@link dev.stygian.bench.measure.Meter}), the
 * server and the child processes, and the table and JSON that come of it ({@link
 * dev.stygian.bench.measure.CaseReport}). Imports any package of the product.
 */
@NullMarked
package dev.stygian.bench.measure;

import org.jspecify.annotations.NullMarked;
