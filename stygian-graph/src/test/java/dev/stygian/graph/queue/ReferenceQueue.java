package dev.stygian.graph.queue;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a queue is to do, as plainly as it can be said: a map of tasks, and what stands under keys.
 * It does not say which of several tasks is next, only which may be; nor when a task is looked at
 * that will not be handed out, because its item is dead or its run cancelled.
 */
final class ReferenceQueue {
  enum State {
    WAITING,
    DELAYED,
    LEASED,
    DONE,
    DEAD,
    CANCELLED
  }

  /** A task. */
  static final class Entry {
    final Task task;
    final Item item;
    State state = State.WAITING;
    int attempts;

    /** Whether it may have been put back to work with its dead item, attempts at zero. */
    boolean maybeRenewed;

    /** The current lease. */
    Optional<Lease> lease = Optional.empty();

    boolean isDue;

    Entry(Task task, Item item) {
      this.task = task;
      this.item = item;
    }

    @Override
    public String toString() {
      return task.id().node() + " " + state;
    }

    boolean isLive() {
      return state == State.WAITING || state == State.DELAYED || state == State.LEASED;
    }

    /** Whether nobody can tell from outside if the queue has ended it already. */
    boolean isLimbo() {
      return state == State.WAITING && (item.dead || item.run.cancelled);
    }

    /** Whether it executes its key. */
    boolean executes() {
      return lease.isPresent() && lease.get().stored().isEmpty();
    }
  }

  /** An item. */
  static final class Item {
    final Run run;
    final Submission submission;
    final Map<String, Entry> tasks = new LinkedHashMap<>();
    final Map<String, IdempotencyKey> executed = new HashMap<>();
    final Set<String> read = new HashSet<>();
    boolean dead;
    boolean hasLetter;
    boolean answered;

    Item(Run run, Submission submission) {
      this.run = run;
      this.submission = submission;
      for (Task task : submission.first()) {
        tasks.put(task.id().node(), new Entry(task, this));
      }
    }

    @Override
    public String toString() {
      return submission.item() + " of " + run.spec.id() + ": " + tasks.values();
    }

    boolean isOver() {
      return tasks.values().stream().noneMatch(Entry::isLive);
    }

    boolean isCancelled() {
      return tasks.values().stream().anyMatch(t -> t.state == State.CANCELLED);
    }

    boolean isDone() {
      return answered || (isOver() && !dead && !isCancelled());
    }

    /** Whether none of its nodes has been executed, nor is. */
    boolean isUntouched() {
      return tasks.size() == submission.first().size()
          && tasks.values().stream().allMatch(t -> t.state == State.WAITING);
    }
  }

  /** A run. */
  static final class Run {
    final RunSpec spec;
    final Map<String, Item> items = new LinkedHashMap<>();
    boolean paused;
    boolean cancelled;
    boolean closed;

    Run(RunSpec spec) {
      this.spec = spec;
    }

    Item item(String id) {
      Item item = items.get(id);
      if (item == null) {
        throw new AssertionError("no such item: " + id);
      }
      return item;
    }

    List<Entry> tasks() {
      return items.values().stream().flatMap(item -> item.tasks.values().stream()).toList();
    }

    long count(String node, State state) {
      return tasks().stream()
          .filter(t -> t.task.id().node().equals(node) && t.state == state)
          .count();
    }

    /** Whether it is, where it is not cancelled: parked tasks of one that is end later. */
    boolean isOver() {
      return closed && !cancelled && items.values().stream().allMatch(Item::isOver);
    }

    boolean mayBeOver() {
      return cancelled || (closed && tasks().stream().allMatch(t -> !t.isLive() || t.isLimbo()));
    }
  }

  final Map<RunId, Run> runs = new LinkedHashMap<>();
  private final Map<IdempotencyKey, String> values = new HashMap<>();
  private final Map<IdempotencyKey, Set<String>> offered = new HashMap<>();

  /** Keys under which a result of a cancelled run may stand: the queue in memory stores those. */
  private final Set<IdempotencyKey> unsure = new HashSet<>();

  private final Set<LeaseToken> tokens = new HashSet<>();

  Run open(RunSpec spec) {
    Run run = new Run(spec);
    runs.put(spec.id(), run);
    return run;
  }

  /** What stands under a key, as far as that is certain. */
  Optional<String> value(IdempotencyKey key) {
    return Optional.ofNullable(values.get(key));
  }

  /** Takes in an item; says whether it must have been answered at once. */
  boolean submit(Run run, Submission submission) {
    Item item = new Item(run, submission);
    run.items.put(submission.item(), item);
    if (run.cancelled) {
      item.tasks.values().forEach(t -> t.state = State.CANCELLED);
      return false;
    }
    List<IdempotencyKey> keys = submission.lastKeys();
    return !keys.isEmpty() && values.keySet().containsAll(keys);
  }

  /** What must be handed out to somebody who offers these services (none: any). */
  boolean hasTasksFor(Set<String> services) {
    return runs.values().stream()
        .filter(run -> !run.paused && !run.cancelled)
        .flatMap(run -> run.tasks().stream())
        .filter(t -> services.isEmpty() || services.contains(t.task.service()))
        .anyMatch(t ->
            t.state == State.WAITING
                && !t.item.dead
                && t.item.submission.lastKeys().isEmpty()
                && !isExecuted(t.task.key()));
  }

  private boolean isExecuted(IdempotencyKey key) {
    return runs.values().stream()
        .flatMap(run -> run.tasks().stream())
        .anyMatch(t -> t.executes() && t.task.key().equals(key));
  }

  /** Whoever asks for tasks or renews leases brings back what is due. */
  void sweep() {
    for (Run run : runs.values()) {
      for (Entry entry : run.tasks()) {
        if (entry.isDue && entry.state == State.DELAYED) {
          entry.state = State.WAITING;
          entry.isDue = false;
        } else if (entry.isDue && entry.state == State.LEASED) {
          entry.lease = Optional.empty();
          entry.isDue = false;
          if (run.cancelled) {
            entry.state = State.CANCELLED;
          } else {
            entry.attempts++;
            fail(entry, State.WAITING);
          }
        }
      }
    }
  }

  /** A task that failed is dead where its attempts are used up. */
  private boolean fail(Entry entry, State otherwise) {
    if (entry.item.dead) {
      entry.state = State.WAITING;
      entry.maybeRenewed = true;
      return false;
    }
    int max = entry.item.run.spec.lanes().getFirst().maxAttempts();
    entry.state = entry.attempts >= max ? State.DEAD : otherwise;
    entry.item.dead = entry.state == State.DEAD;
    entry.item.hasLetter = entry.item.dead;
    return entry.item.dead;
  }

  /** A lease that was handed out. */
  void lease(Lease lease, Set<String> services) {
    Entry entry = entry(lease.task().id());
    Run run = entry.item.run;
    assertThat(lease.task()).isEqualTo(entry.task);
    assertThat(entry.state).as("state of %s", lease.task().id()).isEqualTo(State.WAITING);
    assertThat(entry.item.dead).as("%s is of a dead item", lease.task().id()).isFalse();
    assertThat(run.paused || run.cancelled).as("%s takes no workers", run.spec.id()).isFalse();
    assertThat(services.isEmpty() || services.contains(lease.task().service())).isTrue();
    assertThat(tokens.add(lease.token())).as("the token is new").isTrue();
    if (entry.maybeRenewed) {
      assertThat(lease.attempt()).isIn(1, entry.attempts + 1);
      entry.attempts = lease.attempt() - 1;
      entry.maybeRenewed = false;
    }
    assertThat(lease.attempt()).as("attempt of %s", entry.task.id()).isEqualTo(entry.attempts + 1);
    lease
        .inputs()
        .forEach((node, output) ->
            stands(requireNonNull(entry.item.executed.get(node)), Specs.textOf(output)));
    assertThat(lease.inputs().keySet())
        .containsExactlyElementsOf(run.spec.lanes().get(lane(entry)).inputs());
    IdempotencyKey key = entry.task.key();
    lease.stored().ifPresent(stored -> stands(key, Specs.textOf(stored.output())));
    if (lease.stored().isEmpty()) {
      assertThat(values)
          .as("a result stands under the key of %s", entry.task.id())
          .doesNotContainKey(key);
      assertThat(isExecuted(key)).as("the key of %s is executed", entry.task.id()).isFalse();
    }
    entry.state = State.LEASED;
    entry.lease = Optional.of(lease);
  }

  private static int lane(Entry entry) {
    return entry.item.run.spec.laneOf(entry.task.id().node());
  }

  /** What the queue says that stands under a key must have been told it, and stays. */
  private void stands(IdempotencyKey key, String output) {
    assertThat(offered.getOrDefault(key, Set.of())).contains(output);
    values.putIfAbsent(key, output);
    assertThat(output).as("what stands under a key").isEqualTo(values.get(key));
  }

  boolean isCurrent(Lease lease) {
    return entry(lease.task().id())
        .lease
        .filter(current -> current.token().equals(lease.token()))
        .isPresent();
  }

  /** What is told to the queue, booked or not, whose lease is current or not. */
  void offer(List<NodeResult> results) {
    for (NodeResult result : results) {
      offered
          .computeIfAbsent(result.key(), _ -> new HashSet<>())
          .add(Specs.textOf(result.output()));
    }
  }

  /** A completion that must be booked where its lease is current. */
  void complete(Completion completion) {
    Entry entry = entry(completion.lease().task().id());
    Item item = entry.item;
    entry.lease = Optional.empty();
    entry.isDue = false;
    if (item.run.cancelled) {
      entry.state = State.CANCELLED;
      completion.progress().results().forEach(result -> unsure.add(result.key()));
      return;
    }
    entry.state = State.DONE;
    for (NodeResult result : completion.progress().results()) {
      item.executed.put(result.node(), result.key());
      if (!unsure.contains(result.key())) {
        values.putIfAbsent(result.key(), Specs.textOf(result.output()));
      }
    }
    for (NodeResult result : completion.progress().results()) {
      if (!result.node().equals(entry.task.id().node())) {
        Entry followed = new Entry(entry.task, item);
        followed.state = State.DONE;
        item.tasks.put(result.node(), followed);
      }
    }
    for (Release release : completion.progress().releases()) {
      String node = release.task().id().node();
      List<String> inputs = item.run.spec.lanes().get(item.run.spec.laneOf(node)).inputs();
      if (inputs.stream().allMatch(item.executed::containsKey)) {
        item.tasks.put(node, new Entry(release.task(), item));
      }
    }
  }

  /** A nack that must be booked where its lease is current; says whether its task is dead. */
  boolean nack(Nack nack) {
    Entry entry = entry(nack.lease().task().id());
    entry.lease = Optional.empty();
    entry.isDue = false;
    if (entry.item.run.cancelled) {
      entry.state = State.CANCELLED;
      return false;
    }
    return switch (nack.verdict()) {
      case Nack.Verdict.Exclude _ -> throw new IllegalArgumentException("no move excludes");
      case Nack.Verdict.HandBack _ -> {
        entry.state = State.WAITING;
        yield false;
      }
      case Nack.Verdict.Bury(String _) -> {
        entry.attempts = 100;
        yield fail(entry, State.DEAD);
      }
      case Nack.Verdict.Retry(String _, var delay) -> {
        entry.attempts++;
        boolean dead = fail(entry, delay.isZero() ? State.WAITING : State.DELAYED);
        entry.isDue = delay.compareTo(QueueSimulation.LATE) < 0 && entry.state == State.DELAYED;
        yield dead;
      }
    };
  }

  /** All leases of a number. */
  List<Entry> leased(long number) {
    return runs.values().stream()
        .flatMap(run -> run.tasks().stream())
        .filter(t -> t.lease.isPresent() && t.lease.get().token().lease() == number)
        .toList();
  }

  void cancel(Run run) {
    run.cancelled = true;
    run.tasks().stream()
        .filter(t -> t.state == State.WAITING || t.state == State.DELAYED)
        .forEach(t -> t.state = State.CANCELLED);
  }

  void replay(Item item) {
    item.dead = false;
    item.hasLetter = false;
    for (Entry entry : item.tasks.values()) {
      if (entry.state == State.DEAD) {
        entry.state = State.WAITING;
        entry.attempts = 0;
      } else if (entry.state == State.WAITING) {
        entry.maybeRenewed = true;
      }
    }
  }

  /** A result that was read for the first time. */
  void result(Result result) {
    Item item = run(result.run()).item(result.item());
    if (!item.isDone() && !item.submission.lastKeys().isEmpty() && item.isUntouched()) {
      item.tasks.values().forEach(t -> t.state = State.DONE);
      item.answered = true;
    }
    assertThat(item.isDone()).as("%s has ended well, in spite of %s", result, item).isTrue();
    if (!item.answered) {
      assertThat(item.executed).containsEntry(result.node(), result.key());
    }
    stands(result.key(), Specs.textOf(result.output()));
    assertThat(item.read.add(result.node())).as("%s comes once", result).isTrue();
  }

  Run run(RunId id) {
    Run run = runs.get(id);
    if (run == null) {
      throw new AssertionError("no such run: " + id);
    }
    return run;
  }

  private Entry entry(TaskId id) {
    Entry entry = run(id.run()).item(id.item()).tasks.get(id.node());
    if (entry == null) {
      throw new AssertionError("no such task: " + id);
    }
    return entry;
  }
}
