/**
 * {@code stygian bench}: start at {@link dev.stygian.bench.Bench}. The cases are in {@code macro}
 * (whole paths) and {@code micro} (JMH), what they measure with is in {@code measure}. {@code
 * stygian chaos}: start at {@link dev.stygian.bench.Chaos}; the rest is in {@code chaos}. May
 * import every package of the product; no package of the product imports this one.
 */
@NullMarked
package dev.stygian.bench;

import org.jspecify.annotations.NullMarked;
