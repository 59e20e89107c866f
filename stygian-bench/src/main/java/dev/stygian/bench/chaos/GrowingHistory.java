package dev.stygian.bench.chaos;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** What came out of a run of {@link GrowingPipeline}, held against its {@link Growth}. */
final class GrowingHistory extends History {
  private final Growth growth;
  private final HostTimes hosts;
  private final BitSet deadParts = new BitSet();

  private GrowingHistory(Growth growth, Executions executions, HostTimes hosts) {
    super(growth.numbers(), executions);
    this.growth = growth;
    this.hosts = hosts;
  }

  /** With what the journals of a folder tell. */
  static GrowingHistory read(Path journals, Growth growth) throws IOException {
    HostTimes hosts = new HostTimes(Growth.paces());
    Executions executions =
        Executions.read(
            journals,
            growth,
            (node, item, part, nanos) -> {
              if (node.equals(GrowingPipeline.VISIT)) {
                hosts.begun(Growth.host(item, part), nanos);
              }
            });
    return new GrowingHistory(growth, executions, hosts);
  }

  @Override
  boolean isPlanned(int item) {
    return growth.isReached(item);
  }

  @Override
  String last() {
    return GrowingPipeline.LAST;
  }

  @Override
  void output(int item, JsonNode output) {
    executed(output, GrowingPipeline.LAST, item, 0);
    JsonNode gathered = output.path(GrowingPipeline.GATHER);
    seen(gathered, GrowingPipeline.GATHER, item, 0);
    JsonNode parts = gathered.path(GrowingPipeline.VISIT);
    if (!parts.isArray() || parts.size() != Growth.parts(item)) {
      wrongOutput(
          "item " + item + " has " + parts.size() + " parts instead of " + Growth.parts(item));
      return;
    }
    List<String> finders = new ArrayList<>(1);
    for (int part = 0; part < parts.size(); part++) {
      part(item, part, parts.get(part), finders);
    }
  }

  /**
   * One part of an output.
   *
   * @param finders stamps of the executions whose output was split, as the item's parts carry them
   */
  private void part(int item, int part, JsonNode output, List<String> finders) {
    int number = output.path(CutService.PART).asInt(-1);
    if (number != part) {
      wrongOutput("item " + item + " has part " + number + " in place of part " + part);
      return;
    }
    seen(output, GrowingPipeline.VISIT, item, part);
    String finder = seen(output, GrowingPipeline.FIND, item, 0).text();
    if (!finders.isEmpty() && !finders.contains(finder)) {
      wrongFencing(
          "item "
              + item
              + ": its parts come from two executions, "
              + finders.getFirst()
              + " and "
              + finder);
    }
    if (finders.isEmpty()) {
      finders.add(finder);
    }
    hosts.seen(
        Growth.host(item, part),
        output.path(VisitService.FROM).asLong(),
        output.path(VisitService.TO).asLong());
  }

  @Override
  void letter(JsonNode input, String node, int attempts, String lastError) {
    if (!input.has("value")) {
      super.letter(input, node, attempts, lastError);
      return;
    }
    JsonNode value = input.path("value");
    int item = number(value);
    int part = value.path(CutService.PART).asInt(-1);
    int place = item < 0 ? -1 : growth.place(GrowingPipeline.VISIT, item, part);
    if (place < 0) {
      wrongEnd("a dead letter of a part that no item has: " + input);
      return;
    }
    if (deadParts.get(place)) {
      wrongEnd("part " + part + " of item " + item + " has two dead letters");
    }
    deadParts.set(place);
    if (!Growth.dies(item, part)) {
      shouldLive("part " + part + " of item " + item, node, attempts, lastError);
    } else if (!node.equals(GrowingPipeline.VISIT)) {
      wrongEnd("part " + part + " of item " + item + " died at " + node);
    }
  }

  @Override
  void death(int item, String node, int attempts) {
    died(
        item,
        node,
        Fate.of(item) == Fate.DIES_EARLY ? GrowingPipeline.FIND : GrowingPipeline.GATHER);
  }

  @Override
  List<Finding> more() {
    for (int item = 0; item < growth.numbers(); item++) {
      int last = Growth.parts(item) - 1;
      if (isPlanned(item)
          && last >= 0
          && Growth.dies(item, last)
          && !deadParts.get(growth.place(GrowingPipeline.VISIT, item, last))) {
        wrongEnd("part " + last + " of item " + item + " has no dead letter and should have");
      }
    }
    return hosts.findings();
  }
}
