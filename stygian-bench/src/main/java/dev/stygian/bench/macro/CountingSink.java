package dev.stygian.bench.macro;

import dev.stygian.graph.engine.ResultSink;
import dev.stygian.graph.queue.Result;

/** Counts results, looks at the clock for the first and the last that is timed, and keeps none. */
final class CountingSink implements ResultSink {
  private final long timed;
  private long count;
  private long firstNanos;
  private long lastNanos;

  /** Times all results. */
  CountingSink() {
    this(Long.MAX_VALUE);
  }

  /** Times the first {@code timed} of them. */
  CountingSink(long timed) {
    this.timed = timed;
  }

  long count() {
    return count;
  }

  /** From the first result to the last that is timed. */
  double seconds() {
    return (lastNanos - firstNanos) / 1e9;
  }

  @Override
  public void write(Result result) {
    if (count < timed) {
      lastNanos = System.nanoTime();
    }
    if (count == 0) {
      firstNanos = lastNanos;
    }
    count++;
  }

  @Override
  public long sync() {
    return 0;
  }

  @Override
  public void close() {}
}
