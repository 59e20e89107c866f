package dev.stygian.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stygian.redis.Violation.Repair;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.LongFunction;

/** Says in sentences what {@code recheck.lua} replies in words. */
final class Findings {
  private final boolean mends;
  private final LongFunction<String> runs;
  private final BiFunction<Long, Integer, String> nodes;

  /**
   * Makes one.
   *
   * @param mends whether what was found was mended at once
   * @param runs how the run of a number is named
   * @param nodes how a node of it is named, with its run
   */
  Findings(boolean mends, LongFunction<String> runs, BiFunction<Long, Integer, String> nodes) {
    this.mends = mends;
    this.runs = runs;
    this.nodes = nodes;
  }

  private Violation mendable(String subject, String found, String meaning, String remedy) {
    return new Violation(subject, found, meaning, remedy, mends ? Repair.DONE : Repair.POSSIBLE);
  }

  private static Violation beyond(String subject, String found, String meaning, String advice) {
    return new Violation(subject, found, meaning, advice, Repair.BEYOND);
  }

  private static String text(List<?> finding, int place) {
    return new String(Replies.bytes(finding.get(place)), UTF_8);
  }

  private String run(List<?> finding, int place) {
    return runs.apply(Replies.number(finding.get(place)));
  }

  /** The run at a place, and its node behind it. */
  private String node(List<?> finding, int place) {
    return nodes.apply(
        Replies.number(finding.get(place)), (int) Replies.number(finding.get(place + 1)));
  }

  Violation of(List<?> finding) {
    String word = text(finding, 0);
    return switch (word) {
      case "no-lease", "unreadable", "lease-of-no-run", "nothing-open", "no-deadline" ->
          ofLease(word, finding);
      case "no-bodies", "no-mark", "foreign-mark" -> ofMarks(word, finding);
      case "delayed-gone", "delayed-of-no-run", "gone", "remains", "no-life", "parked", "depth" ->
          ofQueue(word, finding);
      case "host-count", "service-count", "lane-not-listed", "lane-waits-for-nobody" ->
          ofPlaces(word, finding);
      case "held-by-cap", "held-by-service", "not-ready", "parked-for-nothing" ->
          ofNode(word, finding);
      default -> ofRun(word, finding);
    };
  }

  private Violation ofLease(String word, List<?> finding) {
    String lease = "lease " + text(finding, 1);
    return switch (word) {
      case "no-lease" ->
          mendable(
              lease,
              "it has a deadline and no record",
              "its tasks are in no lease; those that have not ended are found as missing",
              "drops the deadline");
      case "unreadable" ->
          mendable(
              lease,
              "its record says \"" + text(finding, 2) + "\", which nobody can read",
              "every request for tasks fails when its time is over, whatever run it is for",
              "drops it; its tasks are found as missing then");
      case "lease-of-no-run" ->
          mendable(
              lease,
              "its run, number " + text(finding, 2) + ", is gone",
              "its tasks can end nowhere",
              "drops it");
      case "nothing-open" ->
          mendable(
              node(finding, 2) + ", " + lease,
              "all of its tasks have ended, and it is there",
              "it counts as leased until its time is over",
              "drops it");
      case "no-deadline" ->
          mendable(
              node(finding, 2) + ", " + lease,
              "it has no deadline",
              "if its worker dies, nobody gets its tasks and the run never ends",
              "gives it the run's visibility timeout from now");
      default -> throw unknown(word);
    };
  }

  private Violation ofMarks(String word, List<?> finding) {
    String lease = node(finding, 2) + ", lease " + text(finding, 1);
    return switch (word) {
      case "no-bodies" ->
          beyond(
              lease,
              "the bytes of its chunk " + text(finding, 4) + " are gone",
              "what its worker does not end counts as dead, without letters",
              "find out who deletes or evicts keys (maxmemory-policy); submit the input again under"
                  + " another id");
      case "no-mark" ->
          mendable(
              lease,
              "the keys of " + text(finding, 4) + " of its tasks are not marked as executed",
              "another worker may execute the same key at the same time",
              "marks them");
      case "foreign-mark" ->
          beyond(
              lease,
              "the keys of " + text(finding, 4) + " of its tasks are marked for another lease",
              "they are executed twice at once; the first result wins",
              "nothing has to be done: it ends with these leases");
      default -> throw unknown(word);
    };
  }

  private Violation ofQueue(String word, List<?> finding) {
    String first = text(finding, 1);
    return switch (word) {
      case "delayed-gone" ->
          mendable(
              "delayed chunk " + first,
              "its bytes are gone",
              "its task is lost: its run counts it, and would never end",
              "drops it; what its run counts too much is found there");
      case "delayed-of-no-run" ->
          mendable(
              "delayed chunk " + first,
              "its run, number " + text(finding, 2) + ", is gone",
              "every request for tasks fails when it is due",
              "drops it");
      case "gone" ->
          mendable(
              "chunk " + first,
              "it is counted, its bytes are gone and no run names it",
              "its tasks are lost; where a run counts them, that is found there",
              "drops the count");
      case "remains" ->
          mendable(
              "key " + text(finding, 2),
              "its run, number " + first + ", is gone, and it has no time to live",
              "it takes memory for ever, and no command reads it",
              "gives it a day to live");
      case "no-life" ->
          mendable(
              "key " + first,
              "it has no time to live",
              "it takes memory for ever",
              "gives it the usual one");
      case "parked" ->
          mendable(
              "queue",
              "the counter of parked tasks says " + first + ", " + text(finding, 2) + " are parked",
              "tasks behind a key that was executed may never come back",
              "sets it");
      case "depth" ->
          mendable(
              "queue",
              "its depth says "
                  + first
                  + ", its runs have "
                  + text(finding, 2)
                  + " unfinished tasks",
              "producers wait too early or too late",
              "sets it");
      default -> throw unknown(word);
    };
  }

  private Violation ofPlaces(String word, List<?> finding) {
    return switch (word) {
      case "host-count" ->
          mendable(
              "host " + HostLaneNames.host(text(finding, 1)),
              text(finding, 2) + " tasks count as being at it, " + text(finding, 3) + " are",
              "it is visited less or more than its concurrency allows",
              "sets the count");
      case "service-count" ->
          mendable(
              "service " + text(finding, 1),
              text(finding, 2) + " tasks count as leased, " + text(finding, 3) + " are",
              "a cap on the service hands out too few or too many",
              "sets the count");
      case "lane-not-listed" ->
          mendable(
              node(finding, 1) + ", host " + HostLaneNames.parse(text(finding, 3)).host(),
              "its lane has tasks and is not listed among the node's",
              "nobody looks at it, and the run never ends",
              "lists it");
      case "lane-waits-for-nobody" ->
          mendable(
              node(finding, 1) + ", host " + HostLaneNames.parse(text(finding, 3)).host(),
              "its lane waits for the end of a task at the host, and none is there to wake it",
              "nobody looks at it, and the run never ends",
              "lets it be looked at");
      default -> throw unknown(word);
    };
  }

  private Violation ofNode(String word, List<?> finding) {
    String node = node(finding, 1);
    String meaning = "nobody looks at its tasks, and the run never ends";
    return switch (word) {
      case "held-by-cap" ->
          mendable(node, "it is held back by its cap, and has a place", meaning, "lets it go on");
      case "held-by-service" ->
          mendable(
              node,
              "it is held back by the cap of " + text(finding, 3) + ", and is not in line for it",
              meaning,
              "lets it go on");
      case "not-ready" ->
          mendable(
              node, "it has waiting tasks and is not among the ready ones", meaning, "makes it so");
      case "parked-for-nothing" ->
          mendable(
              node,
              text(finding, 3) + " tasks are parked behind a key that nobody executes",
              "they wait for ever, and the run never ends",
              "puts them back to the front of their lane");
      default -> throw unknown(word);
    };
  }

  private Violation ofRun(String word, List<?> finding) {
    String run = run(finding, 1);
    String stuck = "its tasks are not handed out, and it never ends";
    return switch (word) {
      case "lives-for-ever" ->
          mendable(
              run,
              "it is over, and " + text(finding, 2) + " of its keys have no time to live",
              "they take memory for ever",
              "gives them its retention");
      case "is-going-to-go" ->
          mendable(
              run,
              "it is not over, and " + text(finding, 2) + " of its keys have a time to live",
              "they would go in the middle of it",
              "takes the time to live away");
      case "two-turns" ->
          mendable(
              run,
              "it stands " + text(finding, 2) + " times among the runs that take turns",
              "it gets more than its share",
              "takes it out but once");
      case "no-turn" ->
          mendable(run, "it is not among the runs that take turns", stuck, "lets it take turns");
      case "turn-not-noted" ->
          mendable(
              run,
              "it is among the runs that take turns, and does not say so",
              "it may come to be there twice",
              "notes it");
      case "not-of-pipeline" ->
          mendable(
              run,
              "it is not over, and does not count among the runs of its pipeline",
              "an item of it and one of a later run of its pipeline may be executed at once",
              "counts it there");
      case "run-held-by-cap" ->
          mendable(run, "it is held back by its cap, and has a place", stuck, "lets it go on");
      case "no-name" ->
          mendable(
              run,
              "its id does not lead to it",
              "no command finds it, and submitting to it would open a second one",
              "lets its id lead to it");
      case "no-end" ->
          mendable(
              run,
              "its input is whole, none of its tasks is unfinished, and it is not over",
              "whoever waits for its end waits for ever",
              "ends it");
      default -> throw unknown(word);
    };
  }

  /** Keys that are marked as executed by a lease that does not execute them. */
  Violation staleMarks(String lease, int count) {
    return mendable(
        "lease " + lease,
        count + " keys are marked as executed by it, and it does not execute them",
        "tasks with these keys wait for ever",
        "takes the marks away");
  }

  private static IllegalStateException unknown(String word) {
    return new IllegalStateException("recheck.lua replied " + word);
  }
}
