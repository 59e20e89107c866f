package dev.stygian.bench.chaos;

import dev.stygian.graph.error.PayloadException;
import dev.stygian.graph.item.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * What came out of a run, item by item, held against what was planned and against what was
 * executed. Its memory is a few bits an item, and four bytes for each of its nodes in {@link
 * Executions}; results and letters are seen once, as they come.
 */
final class History {
  private final int items;
  private final Executions executions;
  private final BitSet results;
  private final BitSet letters;
  private final Wrongs ends = new Wrongs();
  private final Wrongs outputs = new Wrongs();
  private final Wrongs fencing = new Wrongs();

  History(int items, Executions executions) {
    this.items = items;
    this.executions = executions;
    this.results = new BitSet(items);
    this.letters = new BitSet(items);
  }

  /** Takes every line of a result file. */
  void results(Path file) throws IOException {
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      int number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        try {
          result(Json.parse(line));
        } catch (PayloadException | IllegalArgumentException e) {
          outputs.add("line " + number + " of the output: " + e.getMessage());
        }
      }
    }
  }

  private void result(JsonNode line) {
    int item = number(line.path("item"));
    if (item < 0) {
      ends.add("a result of an item that was never submitted: " + line.path("item"));
      return;
    }
    if (results.get(item)) {
      ends.add("item " + item + " has two results");
    }
    results.set(item);
    if (Fate.of(item).isDead()) {
      ends.add("item " + item + " has a result and should be dead");
    }
    JsonNode output = line.path("output");
    if (number(output) != item || !line.path("node").asString("").equals(TrialPipeline.LAST)) {
      outputs.add("item " + item + " has the output of another: " + line);
      return;
    }
    JsonNode join = output.path(TrialPipeline.JOIN);
    JsonNode left = join.path(TrialPipeline.LEFT);
    JsonNode right = join.path(TrialPipeline.RIGHT);
    executed(output, TrialPipeline.LAST, item);
    current(executed(join, TrialPipeline.JOIN, item), TrialPipeline.JOIN, item);
    current(executed(left, TrialPipeline.LEFT, item), TrialPipeline.LEFT, item);
    current(executed(right, TrialPipeline.RIGHT, item), TrialPipeline.RIGHT, item);
    Stamp first = executed(left.path(TrialPipeline.FIRST), TrialPipeline.FIRST, item);
    Stamp again = executed(right.path(TrialPipeline.FIRST), TrialPipeline.FIRST, item);
    current(first, TrialPipeline.FIRST, item);
    if (!first.equals(again)) {
      fencing.add(
          "item " + item + ": its branches come from two executions, " + first + " and " + again);
    }
  }

  /** The stamp of a node in what it put out, which has to be that of an execution. */
  private Stamp executed(JsonNode output, String node, int item) {
    Stamp stamp = Stamp.of(output.path(node).asString(""));
    if (number(output) != item || !executions.contains(stamp, node, item)) {
      outputs.add("item " + item + ": no execution of " + node + " made " + stamp.text());
    }
    return stamp;
  }

  /**
   * A lease that was lost is followed by one with the next attempt; so what is visible comes from
   * the last attempt that anybody began, or an earlier one was booked although it was fenced off.
   */
  private void current(Stamp stamp, String node, int item) {
    int last = executions.lastAttempt(node, item);
    if (stamp.attempt() != last) {
      fencing.add(
          "item "
              + item
              + " at "
              + node
              + " shows attempt "
              + stamp.attempt()
              + ", and attempt "
              + last
              + " was begun");
    }
  }

  /**
   * Takes one dead letter.
   *
   * @param input of its item
   */
  void letter(JsonNode input, String node, int attempts, String lastError) {
    int item = number(input);
    if (item < 0) {
      ends.add("a dead letter of an item that was never submitted: " + input);
      return;
    }
    if (letters.get(item)) {
      ends.add("item " + item + " has two dead letters");
    }
    letters.set(item);
    switch (Fate.of(item)) {
      case DIES_EARLY -> died(item, node, TrialPipeline.FIRST);
      case DIES_LATE -> {
        died(item, node, TrialPipeline.LAST);
        if (attempts != TrialPipeline.MAX_ATTEMPTS) {
          ends.add("item " + item + " died after " + attempts + " attempts");
        }
      }
      case WORKS, FAILS_EARLY, FAILS_LATE ->
          ends.add(
              "item "
                  + item
                  + " is dead after "
                  + attempts
                  + " attempts at "
                  + node
                  + ": "
                  + lastError);
    }
  }

  private void died(int item, String node, String planned) {
    if (!node.equals(planned)) {
      ends.add("item " + item + " died at " + node + " and should have at " + planned);
    }
  }

  /** An item's number; -1 where it is none of this run. */
  private int number(JsonNode holder) {
    int number = holder.path(TrialService.NUMBER).asInt(-1);
    return number < items ? number : -1;
  }

  /** What holds, once all results and letters were taken. */
  List<Finding> findings() {
    BitSet both = (BitSet) results.clone();
    both.and(letters);
    both.stream().forEach(item -> ends.add("item " + item + " has a result and a dead letter"));
    for (int item = 0; item < items; item++) {
      if (!results.get(item) && !letters.get(item)) {
        ends.add("item " + item + " has neither a result nor a dead letter");
      }
    }
    return List.of(
        new Finding(
            "Each item ends once",
            ends.isEmpty(),
            ends.detail(
                "%,d items: %,d results, %,d dead letters, as planned"
                    .formatted(items, results.cardinality(), letters.cardinality()))),
        new Finding(
            "Each output is whole",
            outputs.isEmpty(),
            outputs.detail("each part of each output leads to the execution that made it")),
        new Finding(
            "Nothing of a fenced worker is visible",
            fencing.isEmpty(),
            fencing.detail(
                "%,d executions were begun, and what is seen of each task is its last one"
                    .formatted(executions.count()))),
        new Finding(
            "No lease is handed out twice",
            executions.repeated() == 0,
            executions.repeated() == 0
                ? "no attempt was begun by two"
                : executions.repeated() + " attempts were begun twice"));
  }
}
