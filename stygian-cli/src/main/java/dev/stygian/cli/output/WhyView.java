package dev.stygian.cli.output;

import dev.stygian.graph.queue.Cap;
import dev.stygian.graph.queue.Explanation;
import dev.stygian.graph.queue.Hold;
import dev.stygian.graph.queue.Hold.HostState;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Why a run does not move, for people and for scripts. */
public final class WhyView {
  /** Lines about hosts that people get; scripts get all. */
  private static final int MOST_HOSTS = 10;

  private final Explanation explanation;
  private final RunId run;

  private WhyView(Explanation explanation) {
    this.explanation = explanation;
    this.run = explanation.run();
  }

  // ---- for people

  /** A verdict, then a line for each reason: what, how many, and what to do about it. */
  public static List<String> lines(Explanation explanation) {
    return new WhyView(explanation).lines();
  }

  private List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(verdict());
    int hosts = 0;
    for (Hold hold : explanation.holds()) {
      hosts += hold instanceof Hold.AtHost ? 1 : 0;
      if (!(hold instanceof Hold.AtHost) || hosts <= MOST_HOSTS) {
        lines.add("- " + Spoken.line(line(hold)));
      }
    }
    long more = Math.max(0, hosts - MOST_HOSTS) + explanation.unseenHosts();
    if (more > 0) {
      lines.add("- and tasks wait at " + Spoken.count(more, "more host"));
    }
    if (explanation.holds().isEmpty()) {
      lines.add("- nothing that is known holds it back; see whether its books agree: " + receipt());
    }
    return lines;
  }

  private String receipt() {
    return "stygian receipt " + run;
  }

  private String verdict() {
    String what =
        switch (explanation.verdict()) {
          case MOVES -> "moves";
          case WAITS -> "waits, and goes on by itself";
          case STANDS -> "stands still until somebody does something";
          case OVER -> "is over";
        };
    boolean isBeingCancelled =
        explanation.state() == RunStatus.State.CANCELLED
            && explanation.verdict() != Explanation.Verdict.OVER;
    return run + (isBeingCancelled ? " is cancelled; what is left of it " : " ") + what;
  }

  private String line(Hold hold) {
    return switch (hold) {
      case Hold.Over over -> state() + " " + over.since();
      case Hold.Paused paused ->
          wait(paused.tasks(), "") + "the run is paused; let it go on: stygian resume " + run;
      case Hold.NoWorker none ->
          wait(none.tasks(), "") + "no worker is alive; start one: stygian worker";
      case Hold.NoWorkerFor none ->
          wait(none.tasks(), none.node())
              + "no live worker offers "
              + none.service()
              + "; start one that does: stygian worker";
      case Hold.ResultsUntaken untaken ->
          wait(untaken.tasks(), "")
              + Spoken.count(untaken.results(), "result")
              + " ("
              + Spoken.bytes(untaken.bytes())
              + ") lie there and nobody takes them; take them: stygian results "
              + run
              + " -o FILE";
      case Hold.AtCap full -> atCap(full);
      case Hold.AtHost host -> atHost(host);
      case Hold.SameKey same ->
          wait(same.tasks(), same.node())
              + "an equal task is being executed, in this run or another, and its result is theirs";
      case Hold.Delayed delayed ->
          wait(delayed.tasks(), delayed.node())
              + "their time has not come, as after a failure"
              + delayed.next().map(next -> "; the first is due " + when(next)).orElse("");
      case Hold.Silent silent ->
          tasks(silent.tasks(), silent.node())
              + (silent.tasks() == 1 ? " is" : " are")
              + " leased by a worker that has not been heard of for "
              + Spoken.duration(Duration.between(silent.lastSign(), explanation.at()))
              + "; "
              + (isPast(silent.runsOut())
                  ? "the next worker that asks gets them"
                  : "others get them when the first lease runs out, " + when(silent.runsOut()));
      case Hold.Executing some ->
          tasks(some.tasks(), some.node())
              + (some.tasks() == 1 ? " is" : " are")
              + " being executed"
              + some.firstDeadline()
                  .map(until -> "; the first lease runs out " + when(until) + " unless renewed")
                  .orElse("");
      case Hold.Ready ready -> ready(ready);
      case Hold.InputOpen open ->
          (open.submitted() == 0 ? "nothing was submitted yet" : "all that was submitted is done")
              + ", and more may come: whoever submits has not said that this is all; submit the"
              + " rest with --id "
              + run
              + ", or end it: stygian cancel "
              + run;
      case Hold.QueueFull full -> full(full);
    };
  }

  private String state() {
    return explanation.state().name().toLowerCase(Locale.ROOT);
  }

  private static String tasks(long tasks, String node) {
    return Spoken.count(tasks, "task") + (node.isEmpty() ? "" : " of " + node);
  }

  /** {@code 3 tasks of fetch wait: }; empty where none does. */
  private static String wait(long tasks, String node) {
    return tasks == 0 ? "" : tasks(tasks, node) + (tasks == 1 ? " waits: " : " wait: ");
  }

  private boolean isPast(Instant time) {
    return !time.isAfter(explanation.at());
  }

  private String when(Instant time) {
    return isPast(time) ? "now" : "in " + Spoken.duration(Duration.between(explanation.at(), time));
  }

  private String atCap(Hold.AtCap full) {
    String most = " may be; change that: stygian set ";
    String leased =
        full.leased() + (full.leased() == 1 ? " is" : " are") + " leased, and no more than ";
    return switch (full.cap()) {
      case Cap.OfRun(RunId of) ->
          wait(full.tasks(), "")
              + leased
              + full.most()
              + " of the run"
              + most
              + of
              + " --max-leased N";
      case Cap.OfNode(RunId of, String node) ->
          wait(full.tasks(), node)
              + leased
              + full.most()
              + most
              + of
              + " --node "
              + node
              + " --max-leased N";
      case Cap.OfService(String service) ->
          wait(full.tasks(), "")
              + leased
              + full.most()
              + " of service "
              + service
              + " in the whole queue"
              + most
              + "--service "
              + service
              + " --max-leased N";
    };
  }

  private String atHost(Hold.AtHost at) {
    String who =
        (at.mayBeMore() ? "at least " : "")
            + tasks(at.tasks(), at.node())
            + (at.tasks() == 1 && !at.mayBeMore() ? " waits for " : " wait for ")
            + at.host()
            + ": ";
    return who
        + switch (at.state()) {
          case HostState.Interval state ->
              "it is visited every "
                  + Spoken.duration(state.interval())
                  + ", next "
                  + when(state.next())
                  + (state.isWidened()
                      ? "; its answers or its robots.txt ask for that"
                      : "; interval in [politeness] says so");
          case HostState.AskedToWait state ->
              "it asked to be left alone; it is visited again " + when(state.until());
          case HostState.Busy state ->
              Spoken.count(state.active(), "task")
                  + (state.active() == 1 ? " visits" : " visit")
                  + " it, and no more than "
                  + state.most()
                  + " may at once; concurrency in [politeness] says so";
          case HostState.Broken state ->
              "it has not answered for "
                  + Spoken.duration(Duration.between(state.since(), explanation.at()))
                  + " ("
                  + Spoken.count(state.failures(), "failure")
                  + "); "
                  + state
                      .next()
                      .map(next -> "one task tries it " + when(next))
                      .orElse("one task may try it")
                  + ", and they are given up "
                  + when(state.givenUp());
          case HostState.RobotsAway state ->
              "the robots.txt of "
                  + state.site()
                  + " has been out of reach for "
                  + Spoken.duration(Duration.between(state.since(), explanation.at()))
                  + "; it is asked for again "
                  + when(state.next())
                  + ", and they are given up "
                  + when(state.givenUp());
        };
  }

  /**
   * The command looks at the run that has most: what holds that one back holds this one's input.
   */
  private String full(Hold.QueueFull full) {
    String who =
        full.largest().stream()
            .map(of ->
                of.tasks()
                    + " of "
                    + (of.run().equals(run) ? "the run itself" : of.run())
                    + (of.isPaused() ? " (paused)" : ""))
            .collect(Collectors.joining(", "));
    String line =
        "its input waits for room in the queue: "
            + Spoken.count(full.unfinished(), "task")
            + (full.unfinished() == 1 ? " is" : " are")
            + " unfinished there, and max_depth of the run allows "
            + full.most()
            + (who.isEmpty() ? "" : "; " + who);
    return full.largest().stream()
        .map(Hold.Filling::run)
        .filter(of -> !of.equals(run))
        .findFirst()
        .map(of -> line + "; see what these wait for: stygian why " + of)
        .orElse(line);
  }

  private static String ready(Hold.Ready ready) {
    String who = tasks(ready.tasks(), ready.node());
    boolean one = ready.tasks() == 1;
    return ready.isBusy()
        ? who
            + (one ? " waits" : " wait")
            + " for a free worker: live ones execute "
            + ready.slots()
            + " at once, and "
            + ready.leased()
            + " of all runs "
            + (ready.leased() == 1 ? "is" : "are")
            + " leased; more workers help: stygian worker"
        : who + (one ? " is" : " are") + " ready, and workers have room";
  }

  // ---- for scripts

  /** One object; the kinds of reasons and their fields are in the documents. */
  public static ObjectNode json(Explanation explanation) {
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    all.put("run", explanation.run().value());
    all.put("state", explanation.state().name().toLowerCase(Locale.ROOT));
    all.put("verdict", explanation.verdict().name().toLowerCase(Locale.ROOT));
    all.put("at", explanation.at().toString());
    ArrayNode reasons = all.putArray("reasons");
    explanation.holds().forEach(hold -> reasons.add(json(hold)));
    all.put("hosts_not_looked_at", explanation.unseenHosts());
    return all;
  }

  private static ObjectNode json(Hold hold) {
    return switch (hold) {
      case Hold.Over over -> kind("over").put("since", over.since().toString());
      case Hold.Paused paused -> kind("paused").put("tasks", paused.tasks());
      case Hold.NoWorker none -> kind("no_worker").put("tasks", none.tasks());
      case Hold.NoWorkerFor none ->
          ofNode("no_worker_for_service", none.node(), none.tasks()).put("service", none.service());
      case Hold.ResultsUntaken untaken ->
          kind("results_not_taken")
              .put("tasks", untaken.tasks())
              .put("results", untaken.results())
              .put("bytes", untaken.bytes());
      case Hold.AtCap full -> json(full);
      case Hold.AtHost host -> json(host);
      case Hold.SameKey same -> ofNode("same_key", same.node(), same.tasks());
      case Hold.Delayed delayed ->
          ofNode("delayed", delayed.node(), delayed.tasks()).put("next", text(delayed.next()));
      case Hold.Silent silent ->
          ofNode("worker_silent", silent.node(), silent.tasks())
              .put("last_sign", silent.lastSign().toString())
              .put("runs_out", silent.runsOut().toString());
      case Hold.Executing some ->
          ofNode("executing", some.node(), some.tasks())
              .put("first_deadline", text(some.firstDeadline()));
      case Hold.Ready ready ->
          ofNode(ready.isBusy() ? "workers_busy" : "ready", ready.node(), ready.tasks())
              .put("service", ready.service())
              .put("slots", ready.slots())
              .put("leased", ready.leased());
      case Hold.InputOpen open -> kind("input_open").put("submitted", open.submitted());
      case Hold.QueueFull full -> {
        ObjectNode one =
            kind("queue_full").put("unfinished", full.unfinished()).put("max_depth", full.most());
        ArrayNode runs = one.putArray("runs");
        full.largest()
            .forEach(of ->
                runs.addObject()
                    .put("run", of.run().value())
                    .put("tasks", of.tasks())
                    .put("paused", of.isPaused()));
        yield one;
      }
    };
  }

  private static ObjectNode kind(String kind) {
    return JsonNodeFactory.instance.objectNode().put("kind", kind);
  }

  private static ObjectNode ofNode(String kind, String node, long tasks) {
    return kind(kind).put("node", node).put("tasks", tasks);
  }

  private static @Nullable String text(Optional<Instant> time) {
    return time.map(Instant::toString).orElse(null);
  }

  private static ObjectNode json(Hold.AtCap full) {
    ObjectNode one =
        switch (full.cap()) {
          case Cap.OfRun _ -> kind("run_cap").put("tasks", full.tasks());
          case Cap.OfNode(_, String node) -> ofNode("node_cap", node, full.tasks());
          case Cap.OfService(String service) ->
              kind("service_cap").put("service", service).put("tasks", full.tasks());
        };
    return one.put("leased", full.leased()).put("max_leased", full.most());
  }

  private static ObjectNode json(Hold.AtHost at) {
    return switch (at.state()) {
      case HostState.Interval state ->
          host("host_interval", at)
              .put("interval_millis", state.interval().toMillis())
              .put("widened", state.isWidened())
              .put("next", state.next().toString());
      case HostState.AskedToWait state ->
          host("host_asked_to_wait", at).put("next", state.until().toString());
      case HostState.Busy state ->
          host("host_busy", at).put("active", state.active()).put("most_at_once", state.most());
      case HostState.Broken state ->
          host("host_broken", at)
              .put("failures", state.failures())
              .put("since", state.since().toString())
              .put("next", text(state.next()))
              .put("given_up", state.givenUp().toString());
      case HostState.RobotsAway state ->
          host("host_robots_away", at)
              .put("site", state.site())
              .put("since", state.since().toString())
              .put("next", state.next().toString())
              .put("given_up", state.givenUp().toString());
    };
  }

  private static ObjectNode host(String kind, Hold.AtHost at) {
    return ofNode(kind, at.node(), at.tasks())
        .put("host", at.host())
        .put("may_be_more", at.mayBeMore());
  }
}
