/**
 * {@code stygian chaos}: a run of real processes that is harmed by a schedule which a seed decides,
 * and whose history is then checked to the last item. Start at {@link
 * dev.stygian.bench.chaos.ChaosRun}; {@link dev.stygian.bench.chaos.Trial} says what is run, {@link
 * dev.stygian.bench.chaos.Schedule} what is done when, {@link dev.stygian.bench.chaos.History} what
 * must hold afterwards. Imports {@code measure} and the product.
 */
@NullMarked
package dev.stygian.bench.chaos;

import org.jspecify.annotations.NullMarked;
