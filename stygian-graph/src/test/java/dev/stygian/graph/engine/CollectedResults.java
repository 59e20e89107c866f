package dev.stygian.graph.engine;

import dev.stygian.graph.queue.Result;
import java.util.ArrayList;
import java.util.List;

/** A sink in memory. */
public final class CollectedResults implements ResultSink {
  public final List<Result> results = new ArrayList<>();

  @Override
  public void write(Result result) {
    results.add(result);
  }

  @Override
  public long sync() {
    return results.size();
  }

  @Override
  public void close() {}

  List<String> outputs() {
    return results.stream().map(r -> r.output().decode().toString()).sorted().toList();
  }
}
