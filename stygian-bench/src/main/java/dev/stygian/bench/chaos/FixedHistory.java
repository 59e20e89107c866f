package dev.stygian.bench.chaos;

import java.util.List;
import tools.jackson.databind.JsonNode;

/** What came out of a run of {@link TrialPipeline}. */
final class FixedHistory extends History {
  FixedHistory(int items, Executions executions) {
    super(items, executions);
  }

  @Override
  boolean isPlanned(int item) {
    return true;
  }

  @Override
  String last() {
    return TrialPipeline.LAST;
  }

  @Override
  void output(int item, JsonNode output) {
    JsonNode join = output.path(TrialPipeline.JOIN);
    JsonNode left = join.path(TrialPipeline.LEFT);
    JsonNode right = join.path(TrialPipeline.RIGHT);
    executed(output, TrialPipeline.LAST, item, 0);
    seen(join, TrialPipeline.JOIN, item);
    seen(left, TrialPipeline.LEFT, item);
    seen(right, TrialPipeline.RIGHT, item);
    Stamp again = executed(right.path(TrialPipeline.FIRST), TrialPipeline.FIRST, item, 0);
    Stamp first = seen(left.path(TrialPipeline.FIRST), TrialPipeline.FIRST, item);
    if (!first.equals(again)) {
      wrongFencing(
          "item " + item + ": its branches come from two executions, " + first + " and " + again);
    }
  }

  private Stamp seen(JsonNode output, String node, int item) {
    Stamp stamp = executed(output, node, item, 0);
    current(stamp, node, item, 0);
    return stamp;
  }

  @Override
  void death(int item, String node, int attempts) {
    if (Fate.of(item) == Fate.DIES_EARLY) {
      died(item, node, TrialPipeline.FIRST);
      return;
    }
    died(item, node, TrialPipeline.LAST);
    if (attempts != TrialPipeline.MAX_ATTEMPTS) {
      wrongEnd("item " + item + " died after " + attempts + " attempts");
    }
  }

  @Override
  List<Finding> more() {
    return List.of();
  }
}
