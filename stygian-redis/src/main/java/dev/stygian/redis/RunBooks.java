package dev.stygian.redis;

import static dev.stygian.redis.Keys.bytes;

import dev.stygian.redis.Violation.Repair;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntFunction;

/**
 * Holds a run's counters against the tasks that lie there, and every chunk's count against the
 * lanes, leases, delays and keys that name its tasks. Says what does not agree, and orders the
 * repair where only one reading is possible:
 *
 * <ul>
 *   <li>What lies there is right, and a counter of it is set to it.
 *   <li>A task that its chunk counts and nothing names goes back to its lane, where {@link
 *       MissingTasks} can tell which ones these are.
 *   <li>A counter of ended items is set where one witness of its own closes the gap in the sum.
 * </ul>
 */
final class RunBooks {
  private static final String GOES_WITH_RESULTS =
      "submit the run's input again under another id: what is done is answered from the stored"
          + " results while these live, and the rest is executed";

  private final RedisLink link;
  private final Keys keys;
  private final RunSurvey survey;
  private final String run;
  private final IntFunction<String> nodes;
  private final boolean isOneResultAnItem;
  private final Map<String, Integer> named = new HashMap<>();
  private final Map<Integer, Long> waiting = new HashMap<>();
  private final Map<Integer, Long> leased = new HashMap<>();
  private final Map<Integer, Long> delayed = new HashMap<>();
  private final Map<Integer, Long> missing = new HashMap<>();
  private final Map<Integer, Long> beyond = new HashMap<>();
  private final Map<Integer, Long> lostAt = new TreeMap<>();
  private final List<Violation> violations = new ArrayList<>();
  private final List<String> orders = new ArrayList<>();
  private long tasks;
  private long ended;

  private RunBooks(
      RedisLink link,
      Keys keys,
      RunSurvey survey,
      String run,
      IntFunction<String> nodes,
      boolean isOneResultAnItem) {
    this.link = link;
    this.keys = keys;
    this.survey = survey;
    this.run = run;
    this.nodes = nodes;
    this.isOneResultAnItem = isOneResultAnItem;
  }

  /**
   * What is wrong with a run.
   *
   * @param orders as {@code mend.lua} takes them, each its name and three arguments
   */
  record Diagnosis(List<Violation> violations, List<String> orders) {}

  /**
   * Looks through a run.
   *
   * @param run as it is named to people
   * @param nodes how its nodes are
   * @param isOneResultAnItem whether every item that was submitted has one result when it is done
   */
  static Diagnosis of(
      RedisLink link,
      Keys keys,
      RunSurvey survey,
      String run,
      IntFunction<String> nodes,
      boolean isOneResultAnItem)
      throws InterruptedException {
    RunBooks books = new RunBooks(link, keys, survey, run, nodes, isOneResultAnItem);
    if (survey.isOver()) {
      books.lookAtTheEnd();
    } else {
      books.countWhatLiesThere();
      books.lookAtChunks();
      books.lookAtCounters();
      long lost = books.lookAtTasks();
      books.lookAtItems(books.tasks, lost);
    }
    return new Diagnosis(books.violations, books.orders);
  }

  private void order(String what, Object... arguments) {
    orders.add(what);
    for (int i = 0; i < 3; i++) {
      orders.add(i < arguments.length ? String.valueOf(arguments[i]) : "");
    }
  }

  private void say(String subject, String found, String meaning, String remedy, Repair repair) {
    violations.add(new Violation(subject, found, meaning, remedy, repair));
  }

  private String at(int node) {
    return run + ", node \"" + nodes.apply(node) + "\"";
  }

  private void name(String chunk, int count, int node, Map<Integer, Long> ofNode) {
    named.merge(chunk, count, Integer::sum);
    ofNode.merge(node, (long) count, Long::sum);
  }

  private void countWhatLiesThere() {
    for (RunSurvey.Waiting entry : survey.waiting()) {
      if (entry.range().isPresent()) {
        RunSurvey.Range range = entry.range().get();
        name(range.chunk(), range.tasks(), entry.node(), waiting);
      } else {
        order("entry", entry.node(), entry.host(), entry.text());
        say(
            at(entry.node()),
            "an entry of its lane says \"" + entry.text() + "\", which nobody can read",
            "every request for tasks that comes to it fails, whatever run it is for",
            "takes it out; what it stood for is found as missing then",
            Repair.POSSIBLE);
      }
    }
    survey.leases().values().forEach(l -> name(l.chunk(), l.open().size(), l.node(), leased));
    survey.delayed().forEach(chunk -> name(chunk, 1, nodeOf(chunk), delayed));
    survey.parked().forEach(chunk -> name(chunk, 1, nodeOf(chunk), waiting));
    tasks = named.values().stream().mapToLong(Integer::longValue).sum();
  }

  private int nodeOf(String chunk) {
    return Optional.ofNullable(survey.chunks().get(chunk))
        .flatMap(RunSurvey.Chunk::header)
        .map(RunSurvey.Header::node)
        .orElse(0);
  }

  private void lookAtChunks() throws InterruptedException {
    for (var entry : survey.chunks().entrySet()) {
      String id = entry.getKey();
      RunSurvey.Chunk chunk = entry.getValue();
      int count = named.getOrDefault(id, 0);
      if (chunk.header().isEmpty()) {
        if (count > 0) {
          say(
              run,
              "the bytes of chunk " + id + " are gone, of which " + count + " tasks are unfinished",
              "their inputs are lost: somebody deleted the key or the server evicted it; they count"
                  + " as dead when their turn comes, without letters",
              GOES_WITH_RESULTS,
              Repair.BEYOND);
        }
        continue;
      }
      int node = chunk.header().get().node();
      if (chunk.unfinished().isEmpty()) {
        lookAtUncounted(id, chunk, node, count);
      } else if (chunk.unfinished().getAsLong() < count) {
        order("chunk", id, count);
        say(
            at(node),
            "chunk "
                + id
                + " counts "
                + chunk.unfinished().getAsLong()
                + " unfinished tasks, "
                + count
                + " of it wait or are leased",
            "it would go with its last counted task, and the others would be lost",
            "sets the count to " + count,
            Repair.POSSIBLE);
      } else if (chunk.unfinished().getAsLong() > count) {
        lookAtMissing(id, chunk.header().get(), (int) chunk.unfinished().getAsLong() - count);
      }
    }
  }

  private void lookAtUncounted(String id, RunSurvey.Chunk chunk, int node, int count) {
    if (count > 0) {
      order("chunk", id, count);
      say(
          at(node),
          "chunk " + id + " is not counted, and " + count + " tasks of it wait or are leased",
          "it would go with the first of them, and the others would be lost",
          "counts it",
          Repair.POSSIBLE);
    } else if (chunk.livesMillis() == -1) {
      order("drop", id);
      say(
          at(node),
          "chunk " + id + " is not counted, and nothing names a task of it",
          "it takes memory for ever",
          "drops it",
          Repair.POSSIBLE);
    }
  }

  /** Tasks that a chunk counts and nothing names. */
  private void lookAtMissing(String id, RunSurvey.Header header, int count)
      throws InterruptedException {
    byte[] bytes = link.ask("get", s -> s.get(keys.chunk(id)));
    if (bytes == null) {
      return; // the run has moved since, and is looked at again
    }
    MissingTasks missingOnes = new MissingTasks(link, keys, survey);
    NavigableSet<Integer> unnamed = missingOnes.unnamed(id, header.total());
    long notWaiting =
        survey.number("w" + header.node())
            - waiting.getOrDefault(header.node(), 0L)
            - missing.getOrDefault(header.node(), 0L);
    Optional<List<Integer>> which = missingOnes.which(header, bytes, unnamed, count, notWaiting);
    if (which.isEmpty() && survey.text("state").equals("cancelled")) {
      endAsCancelled(id, header.node(), count);
      return;
    }
    tasks += count;
    String items = MissingTasks.items(header.total(), bytes, which.orElse(List.copyOf(unnamed)));
    String found =
        count
            + " tasks of chunk "
            + id
            + " are unfinished, and no lane, lease, delay or key has them";
    String meaning = "nobody executes them, and the run never ends";
    if (which.isPresent()) {
      missing.merge(header.node(), (long) count, Long::sum);
      order("restore", id, joined(which.get()));
      say(
          at(header.node()),
          found + ": " + items,
          meaning,
          "puts them back to the front of their lane",
          Repair.POSSIBLE);
    } else {
      beyond.merge(header.node(), (long) count, Long::sum);
      say(
          at(header.node()),
          found + "; they are among " + items,
          meaning + "; which ones of these are done cannot be told any more",
          "cancel the run, repair again so that it ends, and " + GOES_WITH_RESULTS,
          Repair.BEYOND);
    }
  }

  /** In a cancelled run it does not matter which ones they are. */
  private void endAsCancelled(String chunk, int node, int count) {
    missing.merge(node, (long) count, Long::sum);
    int left = named.getOrDefault(chunk, 0);
    if (left > 0) {
      order("chunk", chunk, left);
    } else {
      order("drop", chunk);
    }
    order("cancelled", survey.text("wide").equals("1") ? 0 : count, node, count);
    ended += count;
    say(
        at(node),
        count
            + " tasks of chunk "
            + chunk
            + " of the cancelled run are unfinished, and nothing has"
            + " them",
        "the run never ends",
        "counts them as cancelled",
        Repair.POSSIBLE);
  }

  private static String joined(List<Integer> places) {
    return String.join(",", places.stream().map(String::valueOf).toList());
  }

  private void lookAtCounters() {
    TreeSet<Integer> all = new TreeSet<>(survey.countedNodes());
    all.addAll(waiting.keySet());
    all.addAll(leased.keySet());
    all.addAll(delayed.keySet());
    for (int node : all) {
      lookAtCounter(node, "w", "waiting", waiting);
      lookAtCounter(node, "l", "leased", leased);
      lookAtCounter(node, "d", "delayed", delayed);
    }
  }

  private void lookAtCounter(int node, String field, String words, Map<Integer, Long> counts) {
    long says = survey.number(field + node);
    long counted = counts.getOrDefault(node, 0L);
    if (says == counted) {
      return;
    }
    long gone = says - counted;
    long known = beyond.getOrDefault(node, 0L);
    if (gone > 0 && gone <= known) {
      return; // those of the missing ones that stay where they are
    }
    order("set", field + node, counted);
    long told = known + missing.getOrDefault(node, 0L);
    if (gone > 0 && gone <= told) {
      return; // and those that are put back: of both is told already
    }
    lostAt.merge(node, Math.max(0, gone - told), Long::sum);
    say(
        at(node),
        "the counter of " + words + " tasks says " + says + ", " + counted + " are " + words,
        field.equals("l")
            ? "status shows it, and a cap would hand out " + (gone > 0 ? "too few" : "too many")
            : "status shows it",
        "sets it to " + counted,
        Repair.POSSIBLE);
  }

  /** The counter by which a run ends; returns how many tasks are gone without a trace. */
  private long lookAtTasks() {
    long says = survey.number("tasks") - ended;
    if (says != tasks || ended > 0) {
      order("set", "tasks", tasks);
    }
    if (says == tasks) {
      return 0;
    }
    boolean wide = survey.text("wide").equals("1");
    long inNodes = 0;
    for (int node : survey.countedNodes()) {
      inNodes += survey.number("w" + node) + survey.number("l" + node) + survey.number("d" + node);
    }
    boolean isLost =
        says > tasks && (wide ? inNodes == says : open() - ended - waitingForParts() == says);
    if (!isLost) {
      say(
          run,
          "the counter of unfinished tasks says " + says + ", " + tasks + " are unfinished",
          says > tasks ? "the run would never end" : "the run would end before its last task has",
          "sets it to " + tasks,
          Repair.POSSIBLE);
      return 0;
    }
    long lost = says - tasks;
    if (!wide) {
      orderLost(lost);
    }
    say(
        run,
        lost
            + " unfinished tasks are gone without a trace: no chunk, lane, lease or delay has them",
        "the run would never end, and their items end as nothing",
        "counts them as dead, so that the run ends; letters of them cannot be written. To have them"
            + " done, "
            + GOES_WITH_RESULTS,
        Repair.POSSIBLE);
    return lost;
  }

  private void orderLost(long lost) {
    if (lostAt.values().stream().mapToLong(Long::longValue).sum() == lost) {
      lostAt.forEach((node, tasks) -> order("lost", tasks, node));
    } else {
      order("lost", lost);
    }
  }

  /** Items that have not ended, by the counters of those that have. */
  private long open() {
    return survey.number("submitted")
        + survey.number("emitted")
        - survey.number("done")
        - survey.number("dead")
        - survey.number("excluded")
        - survey.number("cancelled");
  }

  /** Items that have not ended, and have no task themselves. */
  private long waitingForParts() {
    return survey.countedNodes().stream().mapToLong(node -> survey.number("g" + node)).sum();
  }

  private void lookAtTheEnd() {
    long unfinished = survey.number("tasks");
    if (unfinished != 0) {
      say(
          run,
          "it is over, and its counter of unfinished tasks says " + unfinished,
          "it ended before its last task had, or the counter was changed",
          "look at its receipt; " + GOES_WITH_RESULTS,
          Repair.BEYOND);
    } else {
      lookAtItems(0, 0);
    }
  }

  /**
   * Whether each item has ended as something or has a task. Where an item may have several tasks,
   * that can be told only when none is left.
   */
  private void lookAtItems(long unfinished, long lost) {
    if (survey.text("wide").equals("1") && unfinished > 0) {
      return;
    }
    long gap =
        open()
            - unfinished
            - (survey.text("wide").equals("1") ? 0 : lost + ended + waitingForParts());
    if (gap == 0) {
      return;
    }
    Map<String, Long> witnesses = new HashMap<>();
    if (survey.accepted() - survey.number("submitted") == -gap) {
      witnesses.put("submitted", survey.accepted());
    }
    if (survey.number("dropped") == 0) {
      witness(witnesses, "dead", survey.deadLetters(), gap);
      witness(witnesses, "excluded", survey.excludedLetters(), gap);
    }
    if (isOneResultAnItem && survey.number("emitted") == 0) {
      witness(witnesses, "done", survey.number("results"), gap);
    }
    String found =
        (survey.number("submitted") + survey.number("emitted"))
            + " items came in; "
            + (survey.number("submitted") + survey.number("emitted") - open())
            + " have ended and "
            + unfinished
            + " are on their way";
    String meaning = "the receipt does not add up, by " + Math.abs(gap);
    if (witnesses.size() == 1) {
      Map.Entry<String, Long> one = witnesses.entrySet().iterator().next();
      order("set", one.getKey(), one.getValue());
      say(
          run,
          found,
          meaning
              + "; the counter \""
              + one.getKey()
              + "\" says "
              + survey.number(one.getKey())
              + ", and what it counts is "
              + one.getValue(),
          "sets it to " + one.getValue(),
          Repair.POSSIBLE);
    } else {
      say(
          run,
          found,
          meaning + "; no task is affected",
          "compare the results with the input: which counter is wrong cannot be told",
          Repair.BEYOND);
    }
  }

  private void witness(Map<String, Long> witnesses, String field, long counted, long gap) {
    if (counted - survey.number(field) == gap) {
      witnesses.put(field, counted);
    }
  }

  /** The arguments of {@code mend.lua}. */
  static List<byte[]> arguments(long run, RunSurvey survey, List<String> orders) {
    List<byte[]> arguments = new ArrayList<>();
    arguments.add(bytes(Long.toString(run)));
    arguments.add(bytes(survey.stamp()));
    orders.forEach(word -> arguments.add(bytes(word)));
    return arguments;
  }
}
