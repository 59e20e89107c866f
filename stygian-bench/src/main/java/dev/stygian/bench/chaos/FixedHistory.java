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
    seen(join, TrialPipeline.JOIN, item, 0);
    seen(left, TrialPipeline.LEFT, item, 0);
    seen(right, TrialPipeline.RIGHT, item, 0);
    Stamp again = executed(right.path(TrialPipeline.FIRST), TrialPipeline.FIRST, item, 0);
    Stamp first = seen(left.path(TrialPipeline.FIRST), TrialPipeline.FIRST, item, 0);
    if (!first.equals(again)) {
      wrongFencing(
          "item " + item + ": its branches come from two executions, " + first + " and " + again);
    }
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
