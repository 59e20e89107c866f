package dev.stygian.bench.chaos;

import java.util.Map;

/**
 * What the counters of a run have to come to.
 *
 * @param submitted items that are submitted
 * @param emitted items that executions find, or split others into
 * @param done items, parts included, and likewise {@code dead}
 * @param nodes by their ids
 * @param groups items whose parts wait to be collected when the run is over, since one is dead
 */
record PlannedEnds(
    long submitted, long emitted, long done, long dead, Map<String, OfNode> nodes, long groups) {
  PlannedEnds {
    nodes = Map.copyOf(nodes);
  }

  /** Tasks of one node. */
  record OfNode(long done, long dead) {}

  /** Those of one node; none where the trial has no such node. */
  OfNode of(String node) {
    return nodes.getOrDefault(node, new OfNode(0, 0));
  }

  /** All items, parts included. */
  long items() {
    return submitted + emitted;
  }
}
