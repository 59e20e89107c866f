package dev.stygian.graph.queue;

import dev.stygian.graph.item.Spending;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** A run as a {@link ReferenceQueue} has it: its items, each with its tasks. */
final class ReferenceRun {
  enum State {
    WAITING,
    DELAYED,
    LEASED,
    /** Of a node that collects: until the parts of its item are there. */
    COLLECTING,
    DONE,
    DEAD,
    CANCELLED
  }

  /** A task. */
  static final class Entry {
    Task task;
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
      return node() + " " + state;
    }

    String node() {
      return task.id().node();
    }

    LaneSpec lane() {
      return item.run.spec.lanes().get(item.run.spec.laneOf(node()));
    }

    /** Whether it is an unfinished task of its run. */
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

    void endLease() {
      lease = Optional.empty();
      isDue = false;
    }
  }

  /** An item: submitted, found by an execution, or a part of another one. */
  static final class Item {
    final ReferenceRun run;
    final Submission submission;
    final boolean isPart;
    final Map<String, Entry> tasks = new LinkedHashMap<>();
    final Map<String, IdempotencyKey> executed = new HashMap<>();
    final Set<String> read = new HashSet<>();

    /** What a node has split it into, so far. */
    final Map<String, List<Item>> parts = new HashMap<>();

    boolean dead;
    boolean excluded;
    boolean hasLetter;

    /** Whether it is dead since parts of it were missing. */
    boolean lacksParts;

    boolean answered;

    Item(ReferenceRun run, Submission submission, boolean isPart) {
      this.run = run;
      this.submission = submission;
      this.isPart = isPart;
      submission.first().forEach(this::begin);
    }

    @Override
    public String toString() {
      return id() + " of " + run.spec.id() + ": " + tasks.values();
    }

    String id() {
      return submission.item();
    }

    Entry begin(Task task) {
      Entry entry = new Entry(task, this);
      tasks.put(entry.node(), entry);
      run.tasks.add(entry);
      return entry;
    }

    /** A node has worked, which was leased or followed in memory. */
    void worked(String node) {
      Entry entry = tasks.get(node);
      if (entry == null) {
        String family = Specs.textOf(submission.input());
        entry = begin(SimulatedWork.task(run.spec, id(), node, family));
      }
      entry.state = State.DONE;
    }

    List<Item> partsOf(String split) {
      return parts.computeIfAbsent(split, _ -> new ArrayList<>());
    }

    boolean isOver() {
      return tasks.values().stream().noneMatch(t -> t.isLive() || t.state == State.COLLECTING);
    }

    boolean isCancelled() {
      return tasks.values().stream().anyMatch(t -> t.state == State.CANCELLED);
    }

    boolean isDone() {
      return answered || (isOver() && !dead && !isCancelled());
    }

    /** The nodes whose outputs are to be its results. */
    Set<String> results() {
      return isDone() && !isPart ? Set.copyOf(SimulatedWork.lastNodes(run.spec)) : Set.of();
    }

    /** Whether none of its nodes has been executed, nor is. */
    boolean isUntouched() {
      return tasks.size() == submission.first().size()
          && tasks.values().stream().allMatch(t -> t.state == State.WAITING);
    }

    /** Whether it ends as soon as somebody looks at it and its results are known. */
    boolean mayBeAnswered() {
      return !submission.lastKeys().isEmpty() && !answered && !dead && isUntouched();
    }

    void die(Entry of, boolean byRule) {
      of.state = State.DEAD;
      of.isDue = false;
      dead = true;
      excluded = byRule;
      hasLetter = true;
    }

    /** Puts it back to work with all of its tasks that stopped; says whether that may be. */
    boolean replay() {
      if (!hasLetter || run.cancelled || (lacksParts && !isAnyPartUnderWay())) {
        return false;
      }
      for (Entry entry : tasks.values()) {
        if (entry.state == State.DEAD) {
          entry.state = lacksParts ? State.COLLECTING : State.WAITING;
          entry.attempts = 0;
        } else if (entry.state == State.WAITING) {
          entry.maybeRenewed = true;
        }
      }
      dead = false;
      excluded = false;
      hasLetter = false;
      lacksParts = false;
      return true;
    }

    private boolean isAnyPartUnderWay() {
      return parts.values().stream().flatMap(List::stream).anyMatch(part -> !part.isOver());
    }
  }

  final RunSpec spec;
  final Map<String, Item> items = new LinkedHashMap<>();
  final List<Entry> tasks = new ArrayList<>();
  final List<Submission> submitted = new ArrayList<>();
  final Map<String, Integer> foundUnderLimit = new HashMap<>();
  final List<Result> results = new ArrayList<>();
  final Map<String, Integer> nodeCaps = new HashMap<>();
  final Map<String, Spending> spent = new HashMap<>();
  Emitted emitted = Emitted.NONE;
  int delivered;
  int dropped;
  int weight;
  int maxLeased;
  boolean paused;
  boolean cancelled;
  boolean closed;

  ReferenceRun(RunSpec spec) {
    this.spec = spec;
    this.weight = spec.limits().weight();
    this.maxLeased = spec.limits().maxLeased();
  }

  RunId id() {
    return spec.id();
  }

  Item item(String id) {
    Item item = items.get(id);
    if (item == null) {
      throw new AssertionError("no such item: " + id);
    }
    return item;
  }

  Item begin(Submission submission, boolean isPart) {
    Item item = new Item(this, submission, isPart);
    items.put(item.id(), item);
    return item;
  }

  long count(String node, State state) {
    return count(t -> t.state == state && t.node().equals(node));
  }

  long count(Predicate<Entry> which) {
    long count = 0;
    for (Entry entry : tasks) {
      count += which.test(entry) ? 1 : 0;
    }
    return count;
  }

  long leased() {
    return count(t -> t.state == State.LEASED);
  }

  List<Item> letters(boolean excluded) {
    return items.values().stream()
        .filter(item -> item.hasLetter && item.excluded == excluded)
        .toList();
  }

  boolean isHeldBack() {
    return results.size() - delivered >= spec.limits().undeliveredResults();
  }

  /** Whether it is, where it is not cancelled: parked tasks of one that is end later. */
  boolean isOver() {
    return closed && !cancelled && items.values().stream().allMatch(Item::isOver);
  }

  boolean mayBeOver() {
    return cancelled || (closed && tasks.stream().allMatch(t -> !t.isLive() || t.isLimbo()));
  }

  void spend(String node, Spending spending) {
    spent.merge(node, spending, Spending::plus);
  }

  /**
   * Lets go on what has waited for parts. A part of a part ends before its item does, so one end
   * may bring about another.
   */
  void collect() {
    boolean moved = true;
    while (moved) {
      moved = false;
      for (Entry entry : tasks) {
        if (SimulatedWork.source(spec, entry.node()).isPresent()) {
          moved |= collect(entry);
        }
      }
    }
  }

  private boolean collect(Entry entry) {
    Item item = entry.item;
    List<Item> parts = item.partsOf(SimulatedWork.source(spec, entry.node()).orElseThrow().split());
    boolean isWhole = parts.stream().noneMatch(part -> part.dead);
    boolean waits = entry.state == State.COLLECTING;
    boolean lacked = entry.state == State.DEAD && item.lacksParts && item.hasLetter;
    if (!parts.stream().allMatch(Item::isOver) || !(waits || (lacked && isWhole && !cancelled))) {
      return false;
    }
    if (cancelled) {
      entry.state = State.CANCELLED;
    } else if (isWhole) {
      entry.state = State.WAITING;
      item.dead = false;
      item.hasLetter = false;
      item.lacksParts = false;
    } else {
      item.die(entry, false);
      item.lacksParts = true;
    }
    return true;
  }
}
