package dev.stygian.redis;

import static dev.stygian.redis.Keys.bytes;

import dev.stygian.graph.error.RunUnknownException;
import dev.stygian.graph.queue.Completion;
import dev.stygian.graph.queue.LaneSpec;
import dev.stygian.graph.queue.Nack;
import dev.stygian.graph.queue.Progress;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.queue.Settled;
import dev.stygian.graph.queue.Settlement;
import dev.stygian.graph.queue.Task;
import dev.stygian.graph.settings.Durability;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Books the ends of leases. What a caller settles together goes out together; what callers settle
 * one by one is gathered into batches.
 */
final class Settlements implements AutoCloseable {
  /** Plain ends, or what costs as much: so many that no script takes longer than a millisecond. */
  private static final int MOST_PER_CALL = 200;

  private static final long MOST_BYTES_PER_CALL = 1 << 20;
  private static final Settled BOOKED = new Settled.Booked();
  private static final Settled BURIED = new Settled.Buried();

  private final RedisLink link;
  private final Keys keys;
  private final Names names;
  private final OpenRuns runs;
  private final CommandBatcher<Settlement, Settled> single;

  /** The generation of stored values that was current at the last call. */
  private volatile long generation = 1;

  Settlements(RedisLink link, Keys keys, Names names, OpenRuns runs) {
    this.link = link;
    this.keys = keys;
    this.names = names;
    this.runs = runs;
    this.single =
        new CommandBatcher<>(
            "settle", MOST_PER_CALL, MOST_BYTES_PER_CALL, Settlements::bytesOf, this::settleAll);
  }

  /** Settles one end, together with what other threads settle meanwhile. */
  Settled settle(Settlement end) throws InterruptedException {
    check(end); // here, so that what is wrong with one is not the others' fault
    return single.ask(end);
  }

  /** Settles ends together, in as few calls as their number and size allow. */
  List<Settled> settleAll(List<? extends Settlement> ends) throws InterruptedException {
    Settled[] answers = new Settled[ends.size()];
    Completions completions = new Completions(ends, answers);
    Nacks nacks = new Nacks(ends, answers);
    boolean replicated = false;
    for (int i = 0; i < answers.length; i++) {
      Settlement end = ends.get(i);
      try {
        OpenRuns.Known run = runs.known(end.lease().task().id().run());
        replicated |= run.spec().limits().durability() == Durability.REPLICATED;
        switch (end) {
          case Completion _ -> completions.add(i, run);
          case Nack _ -> nacks.add(i, run);
        }
      } catch (RunUnknownException _) { // and with it its leases
        answers[i] = new Settled.LeaseLost(end.lease().token());
      }
    }
    completions.send();
    nacks.send();
    if (replicated) {
      link.replicate();
    }
    return Arrays.asList(answers);
  }

  private void check(Settlement end) throws InterruptedException {
    RunSpec spec = runs.known(end.lease().task().id().run()).spec();
    Progress progress = end.progress();
    progress.passed().forEach(spec::laneOf);
    progress.results().forEach(result -> spec.laneOf(result.node()));
    progress.releases().forEach(release -> spec.laneOf(release.task().id().node()));
    if (end instanceof Nack nack) {
      spec.laneOf(nack.task().id().node());
    }
  }

  private static long bytesOf(Settlement end) {
    Progress progress = end.progress();
    long input = end.lease().task().input().size();
    return input * (1 + progress.releases().size()) + progress.outputBytes();
  }

  /** One call under construction: what it carries, and where in the caller's list that stood. */
  private abstract static class Call {
    final List<? extends Settlement> ends;
    private final Settled[] answers;
    private int size;
    private long bytes;

    Call(List<? extends Settlement> ends, Settled[] answers) {
      this.ends = ends;
      this.answers = answers;
    }

    final void add(int place, OpenRuns.Known run) throws InterruptedException {
      long more = bytesOf(ends.get(place));
      int steps = steps(ends.get(place), run.spec());
      if (size > 0 && (size + steps > MOST_PER_CALL || bytes + more > MOST_BYTES_PER_CALL)) {
        send();
      }
      encode(place, run);
      size += steps;
      bytes += more;
    }

    /**
     * What an end costs a script, in the costs of a plain one; never nothing, or it is not sent.
     */
    private static int steps(Settlement end, RunSpec spec) {
      Progress progress = end.progress();
      LaneSpec lane = spec.lanes().get(spec.laneOf(end.lease().task().id().node()));
      boolean isShared =
          spec.wide()
              && (!progress.releases().isEmpty() || progress.results().size() < lane.ends());
      int steps =
          (isShared ? 3 : 0)
              + (lane.collecting().itemsAt().isPresent() ? 3 : 0) // it may let another task begin
              + progress.results().size()
              + 2 * progress.releases().size()
              + (end instanceof Nack ? 5 : 0);
      return Math.max(1, steps);
    }

    final void send() throws InterruptedException {
      if (size == 0) {
        return;
      }
      book();
      size = 0;
      bytes = 0;
    }

    final void answer(int place, Settled answer) {
      answers[place] = answer;
    }

    final void lost(int place) {
      answers[place] = new Settled.LeaseLost(ends.get(place).lease().token());
    }

    abstract void encode(int place, OpenRuns.Known run);

    /** Sends what was encoded, and forgets it. */
    abstract void book() throws InterruptedException;
  }

  private final class Completions extends Call {
    private final Map<Long, LeaseEnds> byLease = new LinkedHashMap<>();

    Completions(List<? extends Settlement> ends, Settled[] answers) {
      super(ends, answers);
    }

    @Override
    void encode(int place, OpenRuns.Known run) {
      Completion end = (Completion) ends.get(place);
      byLease
          .computeIfAbsent(end.lease().token().lease(), _ -> new LeaseEnds(end.lease(), run))
          .add(place, end);
    }

    @Override
    void book() throws InterruptedException {
      List<LeaseEnds> groups = List.copyOf(byLease.values());
      byLease.clear();
      List<Integer> inOrder = new ArrayList<>();
      groups.forEach(ofLease -> inOrder.addAll(ofLease.places()));
      AtomicBoolean tried = new AtomicBoolean();
      List<?> reply;
      do {
        reply =
            link.list(
                LuaScript.COMPLETE,
                Durability.SERVER, // what is booked together is waited for together
                () -> prepare(groups, !tried.getAndSet(true)));
      } while (Replies.text(reply.getFirst()).equals("again"));
      generation = Replies.number(reply.getFirst());
      inOrder.forEach(place -> answer(place, BOOKED));
      reply.stream().skip(1).forEach(at -> lost(inOrder.get((int) Replies.number(at))));
    }

    /** A server that is full refuses plain commands that write, but not this script. */
    private RedisLink.Prepared prepare(List<LeaseEnds> groups, boolean mayStage) {
      ByteWriter lookedUp = new ByteWriter(0);
      for (LeaseEnds ofLease : groups) {
        boolean isStaged = mayStage && ofLease.isWorthStaging();
        lookedUp.put(isStaged ? ofLease.lookedUp() : ofLease.lookedUpUnstaged());
      }
      long current = generation;
      StagedValues values = new StagedValues(names.next());
      List<RedisLink.Preceding> before = new ArrayList<>();
      List<byte[]> arguments = new ArrayList<>();
      arguments.add(lookedUp.toBytes());
      arguments.add(bytes(Long.toString(current)));
      arguments.add(values.name());
      for (LeaseEnds ofLease : groups) {
        if (mayStage && ofLease.isWorthStaging()) {
          ofLease.addStaged(names.next(), values, keys, before, arguments);
        } else {
          ofLease.addWhole(arguments);
        }
      }
      values.addTo(keys, current, before);
      return new RedisLink.Prepared(before, arguments);
    }
  }

  private final class Nacks extends Call {
    private final List<byte[]> encoded = new ArrayList<>();
    private ByteWriter lookedUp = new ByteWriter(0);
    private final List<Integer> places = new ArrayList<>();

    Nacks(List<? extends Settlement> ends, Settled[] answers) {
      super(ends, answers);
    }

    @Override
    void encode(int place, OpenRuns.Known run) {
      Nack nack = (Nack) ends.get(place);
      Task task = nack.task();
      byte[] node = bytes(Integer.toString(run.spec().laneOf(task.id().node())));
      byte[] record = TaskBytes.record(task);
      LeaseEnds row = new LeaseEnds(nack.lease(), run);
      row.addRow(nack.lease(), nack.progress());
      lookedUp.put(row.lookedUp());
      row.addTexts(encoded);
      encoded.add(node);
      encoded.add(bytes(Integer.toString(nack.attempt())));
      switch (nack.verdict()) {
        case Nack.Verdict.Retry(String error, Duration delay) -> add("retry", delay, error);
        case Nack.Verdict.Bury(String error) -> add("bury", Duration.ZERO, error);
        case Nack.Verdict.HandBack(boolean isUnused, Duration delay) ->
            add(isUnused ? "unused" : "back", delay, "");
        case Nack.Verdict.Exclude(String reason) -> add("exclude", Duration.ZERO, reason);
      }
      encoded.add(HostLaneNames.name(task));
      encoded.add(record);
      row.addReleases(encoded);
      places.add(place);
    }

    private void add(String verdict, Duration delay, String error) {
      encoded.add(bytes(verdict));
      encoded.add(bytes(Long.toString(delay.toMillis())));
      encoded.add(bytes(error));
    }

    @Override
    void book() throws InterruptedException {
      List<byte[]> arguments = new ArrayList<>();
      arguments.add(lookedUp.toBytes());
      arguments.addAll(encoded);
      lookedUp = new ByteWriter(0);
      List<Integer> inOrder = List.copyOf(places);
      encoded.clear();
      places.clear();
      List<?> replies = link.list(LuaScript.NACK, arguments);
      for (int i = 0; i < replies.size(); i++) {
        switch (Replies.text(replies.get(i))) {
          case "booked" -> answer(inOrder.get(i), BOOKED);
          case "buried" -> answer(inOrder.get(i), BURIED);
          default -> lost(inOrder.get(i));
        }
      }
    }
  }

  @Override
  public void close() {
    single.close();
  }
}
