package dev.stygian.bench.macro;

import dev.stygian.graph.engine.ResultSink;
import dev.stygian.graph.queue.Result;

/** Counts results, looks at the clock for the first and the last, and keeps none. */
final class CountingSink implements ResultSink {
  private long count;
  private long firstNanos;
  private long lastNanos;

  long count() {
    return count;
  }

  /** From the first result to the last. */
  double seconds() {
    return (lastNanos - firstNanos) / 1e9;
  }

  @Override
  public void write(Result result) {
    lastNanos = System.nanoTime();
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
