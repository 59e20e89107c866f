package dev.stygian.bench.macro;

import dev.stygian.graph.engine.ResultSink;
import dev.stygian.graph.queue.Result;

/** Counts results and keeps none. */
final class CountingSink implements ResultSink {
  private long count;

  long count() {
    return count;
  }

  @Override
  public void write(Result result) {
    count++;
  }

  @Override
  public long sync() {
    return 0;
  }

  @Override
  public void close() {}
}
