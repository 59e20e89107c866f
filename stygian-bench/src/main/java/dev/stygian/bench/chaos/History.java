package dev.stygian.bench.chaos;

import dev.stygian.graph.error.PayloadException;
import dev.stygian.graph.item.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * What came out of a run, item by item, held against what was planned and against what was
 * executed. Its memory is a few bits an item, and four bytes for each task in {@link Executions};
 * results and letters are seen once, as they come.
 */
abstract class History {
  private final int items;
  private final Executions executions;
  private final BitSet results;
  private final BitSet letters;
  private final Wrongs ends = new Wrongs();
  private final Wrongs outputs = new Wrongs();
  private final Wrongs fencing = new Wrongs();

  /**
   * A history of which nothing is known yet.
   *
   * @param items how many numbers of items there are, from 0
   */
  History(int items, Executions executions) {
    this.items = items;
    this.executions = executions;
    this.results = new BitSet(items);
    this.letters = new BitSet(items);
  }

  /** Whether an item is to be one of the run. */
  abstract boolean isPlanned(int item);

  /** The node whose outputs are the results. */
  abstract String last();

  /** Looks at an item's output. */
  abstract void output(int item, JsonNode output);

  /** An item that should die did so; looks at how. */
  abstract void death(int item, String node, int attempts);

  /** What more holds, once all results and letters were taken; adds to what is wrong with ends. */
  abstract List<Finding> more();

  /** Takes every line of a result file. */
  final void results(Path file) throws IOException {
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
    if (number(output) != item || !line.path("node").asString("").equals(last())) {
      outputs.add("item " + item + " has the output of another: " + line);
      return;
    }
    output(item, output);
  }

  /** The stamp of a node in what it put out, which has to be that of an execution. */
  final Stamp executed(JsonNode output, String node, int item, int part) {
    Stamp stamp = Stamp.of(output.path(node).asString(""));
    if (number(output) != item || !executions.contains(stamp, node, item, part)) {
      outputs.add("item " + item + ": no execution of " + node + " made " + stamp.text());
    }
    return stamp;
  }

  /** Likewise, of the execution that is the task's last one. */
  final Stamp seen(JsonNode output, String node, int item, int part) {
    Stamp stamp = executed(output, node, item, part);
    current(stamp, node, item, part);
    return stamp;
  }

  /**
   * A lease that was lost is followed by one with the next attempt; so what is visible comes from
   * the last attempt that anybody began, or an earlier one was booked although it was fenced off.
   */
  private void current(Stamp stamp, String node, int item, int part) {
    int last = executions.lastAttempt(node, item, part);
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

  /** Something about an end is wrong. */
  final void wrongEnd(String what) {
    ends.add(what);
  }

  /** Something about an output is wrong. */
  final void wrongOutput(String what) {
    outputs.add(what);
  }

  /** Something is visible of somebody who was fenced off. */
  final void wrongFencing(String what) {
    fencing.add(what);
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
    if (Fate.of(item).isDead()) {
      death(item, node, attempts);
    } else {
      shouldLive("item " + item, node, attempts, lastError);
    }
  }

  /** Something died that should not. */
  final void shouldLive(String what, String node, int attempts, String lastError) {
    ends.add(what + " is dead after " + attempts + " attempts at " + node + ": " + lastError);
  }

  final void died(int item, String node, String planned) {
    if (!node.equals(planned)) {
      ends.add("item " + item + " died at " + node + " and should have at " + planned);
    }
  }

  /** An item's number; -1 where it is none of this run. */
  final int number(JsonNode holder) {
    int number = holder.path(TrialService.NUMBER).asInt(-1);
    return number >= 0 && number < items && isPlanned(number) ? number : -1;
  }

  /** What holds, once all results and letters were taken. */
  final List<Finding> findings() {
    BitSet both = (BitSet) results.clone();
    both.and(letters);
    both.stream().forEach(item -> ends.add("item " + item + " has a result and a dead letter"));
    int planned = 0;
    for (int item = 0; item < items; item++) {
      if (isPlanned(item)) {
        planned++;
        if (!results.get(item) && !letters.get(item)) {
          ends.add("item " + item + " has neither a result nor a dead letter");
        }
      }
    }
    List<Finding> more = more();
    List<Finding> all = new ArrayList<>();
    all.add(
        new Finding(
            "Each item ends once",
            ends.isEmpty(),
            ends.detail(
                "%,d items: %,d results, %,d dead letters, as planned"
                    .formatted(planned, results.cardinality(), letters.cardinality()))));
    all.add(
        new Finding(
            "Each output is whole",
            outputs.isEmpty(),
            outputs.detail("each part of each output leads to the execution that made it")));
    all.add(
        new Finding(
            "Nothing of a fenced worker is visible",
            fencing.isEmpty(),
            fencing.detail(
                "%,d executions were begun, and what is seen of each task is its last one"
                    .formatted(executions.count()))));
    all.add(
        new Finding(
            "No lease is handed out twice",
            executions.repeated() == 0,
            executions.repeated() == 0
                ? "no attempt was begun by two"
                : executions.repeated() + " attempts were begun twice"));
    all.addAll(more);
    return List.copyOf(all);
  }
}
