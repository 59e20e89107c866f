package dev.stygian.graph.queue;

/** One node to be executed for one item of a run; deterministic within the run. */
public record TaskId(RunId run, String item, String node) {
  @Override
  public String toString() {
    return run + "/" + item + "/" + node;
  }
}
