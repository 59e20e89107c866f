package dev.stygian.redis;

import static dev.stygian.redis.Keys.bytes;

import dev.stygian.graph.error.RunUnknownException;
import dev.stygian.graph.queue.Completion;
import dev.stygian.graph.queue.Nack;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.queue.Settled;
import dev.stygian.graph.queue.Settlement;
import dev.stygian.graph.queue.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Books the ends of leases. What a caller settles together goes out together; what callers settle
 * one by one is gathered into batches.
 */
final class Settlements implements AutoCloseable {
  /** So many that no script takes longer than a millisecond. */
  private static final int MOST_PER_CALL = 250;

  private static final long MOST_BYTES_PER_CALL = 1 << 20;
  private static final int TYPICAL_LEASE = 100;
  private static final Settled BOOKED = new Settled.Booked();
  private static final Settled BURIED = new Settled.Buried();

  private final RedisLink link;
  private final OpenRuns runs;
  private final CommandBatcher<Settlement, Settled> single;

  Settlements(RedisLink link, OpenRuns runs) {
    this.link = link;
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
    for (int i = 0; i < answers.length; i++) {
      Settlement end = ends.get(i);
      try {
        RunSpec spec = runs.known(end.lease().task().id().run()).spec();
        switch (end) {
          case Completion _ -> completions.add(i, spec);
          case Nack _ -> nacks.add(i, spec);
        }
      } catch (RunUnknownException _) { // and with it its leases
        answers[i] = new Settled.LeaseLost(end.lease().token());
      }
    }
    completions.send();
    nacks.send();
    return Arrays.asList(answers);
  }

  private void check(Settlement end) throws InterruptedException {
    RunSpec spec = runs.known(end.lease().task().id().run()).spec();
    switch (end) {
      case Completion completion -> {
        completion.results().forEach(result -> spec.laneOf(result.node()));
        completion.releases().forEach(release -> spec.laneOf(release.task().id().node()));
      }
      case Nack nack -> {
        spec.laneOf(nack.task().id().node());
        nack.booked().forEach(result -> spec.laneOf(result.node()));
      }
    }
  }

  private static long bytesOf(Settlement end) {
    long input = end.lease().task().input().size();
    return input
        + switch (end) {
          case Completion completion ->
              completion.results().stream().mapToLong(r -> r.output().size()).sum()
                  + input * completion.releases().size();
          case Nack nack -> nack.booked().stream().mapToLong(r -> r.output().size()).sum();
        };
  }

  /** One call under construction: what it carries, and where in the caller's list that stood. */
  private abstract static class Call {
    private final List<? extends Settlement> ends;
    private final Settled[] answers;
    private ByteWriter lookedUp = new ByteWriter(0);
    private int size;
    private long bytes;

    Call(List<? extends Settlement> ends, Settled[] answers) {
      this.ends = ends;
      this.answers = answers;
    }

    final void add(int place, RunSpec spec) throws InterruptedException {
      long more = bytesOf(ends.get(place));
      if (size >= MOST_PER_CALL || (size > 0 && bytes + more > MOST_BYTES_PER_CALL)) {
        send();
      }
      encode(place, spec, lookedUp);
      size++;
      bytes += more;
    }

    final void send() throws InterruptedException {
      if (size == 0) {
        return;
      }
      List<byte[]> arguments = new ArrayList<>();
      arguments.add(lookedUp.toBytes());
      book(arguments);
      lookedUp = new ByteWriter(0);
      size = 0;
      bytes = 0;
    }

    final void answer(int place, Settled answer) {
      answers[place] = answer;
    }

    final void lost(int place) {
      answers[place] = new Settled.LeaseLost(ends.get(place).lease().token());
    }

    abstract void encode(int place, RunSpec spec, ByteWriter lookedUp);

    /** Sends what was encoded, behind the given arguments, and forgets it. */
    abstract void book(List<byte[]> arguments) throws InterruptedException;
  }

  private final class Completions extends Call {
    private final List<? extends Settlement> all;
    private final Map<Long, LeaseEnds> byLease = new LinkedHashMap<>();

    Completions(List<? extends Settlement> all, Settled[] answers) {
      super(all, answers);
      this.all = all;
    }

    @Override
    void encode(int place, RunSpec spec, ByteWriter lookedUp) {
      Completion end = (Completion) all.get(place);
      byLease
          .computeIfAbsent(
              end.lease().token().lease(),
              _ -> new LeaseEnds(end.lease(), spec, Math.min(all.size() - place, TYPICAL_LEASE)))
          .add(place, end.lease(), end.results(), end.releases(), lookedUp);
    }

    @Override
    void book(List<byte[]> arguments) throws InterruptedException {
      List<Integer> inOrder = new ArrayList<>();
      for (LeaseEnds ends : byLease.values()) {
        ends.addCompletions(arguments);
        inOrder.addAll(ends.places());
      }
      byLease.clear();
      List<?> lost = link.list(LuaScript.COMPLETE, arguments);
      inOrder.forEach(place -> answer(place, BOOKED));
      lost.forEach(at -> lost(inOrder.get((int) Replies.number(at))));
    }
  }

  private final class Nacks extends Call {
    private final List<? extends Settlement> all;
    private final List<byte[]> encoded = new ArrayList<>();
    private final List<Integer> places = new ArrayList<>();

    Nacks(List<? extends Settlement> all, Settled[] answers) {
      super(all, answers);
      this.all = all;
    }

    @Override
    void encode(int place, RunSpec spec, ByteWriter lookedUp) {
      Nack nack = (Nack) all.get(place);
      Task task = nack.task();
      byte[] node = bytes(Integer.toString(spec.laneOf(task.id().node())));
      byte[] record = TaskBytes.record(task, TaskBytes.NO_KEY, 0);
      LeaseEnds ends = new LeaseEnds(nack.lease(), spec, 1);
      ends.add(place, nack.lease(), nack.booked(), List.of(), lookedUp);
      ends.addTexts(encoded);
      encoded.add(node);
      encoded.add(bytes(Integer.toString(nack.attempt())));
      switch (nack.verdict()) {
        case Nack.Verdict.Retry(String error, Duration delay) -> add("retry", delay, error);
        case Nack.Verdict.Bury(String error) -> add("bury", Duration.ZERO, error);
        case Nack.Verdict.HandBack() -> add("back", Duration.ZERO, "");
      }
      encoded.add(record);
      places.add(place);
    }

    private void add(String verdict, Duration delay, String error) {
      encoded.add(bytes(verdict));
      encoded.add(bytes(Long.toString(delay.toMillis())));
      encoded.add(bytes(error));
    }

    @Override
    void book(List<byte[]> arguments) throws InterruptedException {
      arguments.addAll(encoded);
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
