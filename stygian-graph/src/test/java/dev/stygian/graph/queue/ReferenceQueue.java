package dev.stygian.graph.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a queue is to do with one run of a chain, as plainly as it can be said: a map of tasks. It
 * does not say which of several tasks of a lane is next, only which may be.
 */
final class ReferenceQueue {
  private enum State {
    WAITING,
    DELAYED,
    LEASED,
    DONE,
    DEAD
  }

  private static final class Entry {
    State state = State.WAITING;
    int attempts;
    Instant until = Instant.EPOCH;
    LeaseToken token = new LeaseToken(-1, 0);
  }

  boolean paused;
  private final RunSpec run;
  private final Map<TaskId, Entry> tasks = new LinkedHashMap<>();
  private final Set<LeaseToken> tokens = new HashSet<>();

  ReferenceQueue(RunSpec run) {
    this.run = run;
  }

  void submit(String item) {
    tasks.put(new TaskId(run.id(), item, run.lanes().getFirst().node()), new Entry());
  }

  /** A lease call: what is due comes back, and what it handed out must have been waiting. */
  void lease(List<Lease> handedOut, int max, Instant now, Instant deadline) {
    tasks.values().forEach(entry -> takeBack(entry, now));
    assertThat(handedOut).hasSize(paused ? 0 : (int) Math.min(max, count(State.WAITING)));
    int lowest = Integer.MAX_VALUE;
    for (Lease lease : handedOut) {
      Entry entry = entry(lease.task().id());
      assertThat(entry.state).as("%s", lease.task().id()).isEqualTo(State.WAITING);
      assertThat(lease.attempt()).isEqualTo(entry.attempts + 1);
      assertThat(tokens.add(lease.token())).as("the token is new").isTrue();
      int level = run.laneOf(lease.task().id().node());
      assertThat(level).as("later nodes first").isLessThanOrEqualTo(lowest);
      lowest = level;
      entry.state = State.LEASED;
      entry.until = deadline;
      entry.token = lease.token();
    }
    int last = lowest;
    tasks.forEach((id, entry) -> {
      if (!handedOut.isEmpty() && entry.state == State.WAITING) {
        assertThat(run.laneOf(id.node())).as("%s is not passed over", id).isLessThanOrEqualTo(last);
      }
    });
  }

  private void takeBack(Entry entry, Instant now) {
    boolean due = !entry.until.isAfter(now);
    if (entry.state == State.DELAYED && due) {
      entry.state = State.WAITING;
    }
    if (entry.state == State.LEASED && due) {
      entry.attempts++;
      entry.state = isExhausted(entry) ? State.DEAD : State.WAITING;
    }
  }

  private boolean isExhausted(Entry entry) {
    return entry.attempts >= run.lanes().getFirst().maxAttempts();
  }

  Settled complete(Lease lease) {
    Entry entry = entry(lease.task().id());
    if (!isCurrent(entry, lease)) {
      return new Settled.LeaseLost(lease.token());
    }
    entry.state = State.DONE;
    for (LaneSpec next : Specs.successors(run, lease.task().id().node())) {
      tasks.put(new TaskId(run.id(), lease.task().id().item(), next.node()), new Entry());
    }
    return new Settled.Booked();
  }

  Settled nack(Lease lease, Nack.Verdict verdict, Instant now) {
    Entry entry = entry(lease.task().id());
    if (!isCurrent(entry, lease)) {
      return new Settled.LeaseLost(lease.token());
    }
    entry.state =
        switch (verdict) {
          case Nack.Verdict.HandBack _ -> State.WAITING;
          case Nack.Verdict.Exclude _ -> State.DEAD;
          case Nack.Verdict.Bury(String _) -> {
            entry.attempts++;
            yield State.DEAD;
          }
          case Nack.Verdict.Retry(String _, Duration delay) -> {
            entry.attempts++;
            entry.until = now.plus(delay);
            if (isExhausted(entry)) {
              yield State.DEAD;
            }
            yield delay.isZero() ? State.WAITING : State.DELAYED;
          }
        };
    return entry.state == State.DEAD ? new Settled.Buried() : new Settled.Booked();
  }

  private static boolean isCurrent(Entry entry, Lease lease) {
    return entry.state == State.LEASED && entry.token.equals(lease.token());
  }

  void replay(TaskId id) {
    tasks.put(id, new Entry());
  }

  List<TaskId> dead() {
    return tasks.keySet().stream().filter(id -> entry(id).state == State.DEAD).toList();
  }

  /** How many items are submitted, done and dead. */
  List<Long> items() {
    String last = run.lanes().getLast().node();
    long done = tasks.keySet().stream().filter(id -> isDone(id) && id.node().equals(last)).count();
    long submitted = tasks.keySet().stream().map(TaskId::item).distinct().count();
    return List.of(submitted, done, count(State.DEAD));
  }

  private boolean isDone(TaskId id) {
    return entry(id).state == State.DONE;
  }

  /** Waiting, delayed, leased and done of each node, in lane order. */
  List<List<Long>> nodes() {
    List<List<Long>> all = new ArrayList<>();
    for (LaneSpec lane : run.lanes()) {
      Map<State, Long> counts = new HashMap<>();
      tasks.forEach((id, entry) -> {
        if (id.node().equals(lane.node())) {
          counts.merge(entry.state, 1L, Long::sum);
        }
      });
      all.add(
          List.of(State.WAITING, State.DELAYED, State.LEASED, State.DONE).stream()
              .map(state -> counts.getOrDefault(state, 0L))
              .toList());
    }
    return all;
  }

  private long count(State state) {
    return tasks.values().stream().filter(entry -> entry.state == state).count();
  }

  private Entry entry(TaskId id) {
    Entry entry = tasks.get(id);
    if (entry == null) {
      throw new AssertionError("no such task: " + id);
    }
    return entry;
  }
}
