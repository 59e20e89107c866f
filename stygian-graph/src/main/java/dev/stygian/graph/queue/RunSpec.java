package dev.stygian.graph.queue;

import java.util.List;
import java.util.Optional;

/**
 * What a queue must know of a run.
 *
 * @param pipelineId in whose scope the keys of its tasks are made, so that no run of another one
 *     has such a key
 * @param definition the pipeline as text, opaque to the queue; workers elsewhere load the run from
 *     it
 * @param lanes one per node; their order gives the nodes their numbers
 * @param endsPerItem how many last nodes an item passes that is submitted, before it is done
 * @param wide whether an item may have more than one unfinished task at once
 * @param next the run that goes on when this one is over, finished or cancelled, if it is paused
 *     then
 */
public record RunSpec(
    RunId id,
    String pipelineId,
    String definition,
    List<LaneSpec> lanes,
    int endsPerItem,
    boolean wide,
    RunLimits limits,
    Optional<RunId> next) {
  public RunSpec {
    lanes = LaneTable.of(lanes);
    if (lanes.isEmpty() || endsPerItem < 1) {
      throw new IllegalArgumentException("a run needs a lane and an end");
    }
  }

  /** A run that nothing follows. */
  public RunSpec(
      RunId id,
      String pipelineId,
      String definition,
      List<LaneSpec> lanes,
      int endsPerItem,
      boolean wide,
      RunLimits limits) {
    this(id, pipelineId, definition, lanes, endsPerItem, wide, limits, Optional.empty());
  }

  /** The same with a run that goes on when it is over. */
  public RunSpec withNext(RunId following) {
    return new RunSpec(
        id, pipelineId, definition, lanes, endsPerItem, wide, limits, Optional.of(following));
  }

  /** Whether an item begins with a single task. */
  public boolean beginsWithOneTask() {
    return !wide || lanes.stream().filter(LaneSpec::isFirst).count() == 1;
  }

  /** The number of a node. */
  public int laneOf(String node) {
    return LaneTable.of(lanes).numberOf(node);
  }
}
