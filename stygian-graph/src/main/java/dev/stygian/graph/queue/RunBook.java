package dev.stygian.graph.queue;

import dev.stygian.graph.item.Spending;
import dev.stygian.graph.queue.RunStatus.NodeCounts;
import dev.stygian.graph.queue.RunStatus.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One run of a {@link LocalWorkQueue}: its lanes and its counters. Guarded by the queue's lock. */
final class RunBook {
  final RunSpec spec;
  final ResultLog results;

  /** What was emitted, which is then known. */
  final EmittedItems emittedItems = new EmittedItems();

  /** What it did to hosts. */
  final HostLog hosts = new HostLog();

  /** What its nodes used up outside. */
  private final Map<String, Spending> spent = new HashMap<>();

  /** The dead and the excluded items, which can be replayed, by id. */
  final TreeMap<String, LiveItem> deadItems = new TreeMap<>();

  /** The last nodes, in lane order. */
  final List<String> lastNodes;

  /** Kept by {@link Turns}. */
  boolean takesTurns;

  /** Tasks of its turn so far; kept by {@link Turns}. */
  long turn;

  int weight;

  /** How many of its tasks may be leased at once. */
  int maxLeased;

  boolean inputClosed;
  boolean paused;
  boolean cancelled;
  long submittedItems;
  Emitted emitted = Emitted.NONE;
  long doneItems;
  long deadCount;
  long excludedCount;
  long droppedLetters;
  long cancelledItems;

  /** Results that no node was executed for. */
  long givenResults;

  /** Outputs of last nodes of items that have not reached all of theirs. */
  long heldEnds;

  long unfinishedTasks;
  private final long started;
  private @Nullable Instant finished;
  private final List<Lane> lanes = new ArrayList<>();
  private final List<Lane> laterFirst;
  private final Map<String, Lane> byNode = new HashMap<>();
  private final Map<String, Long> accepted = new HashMap<>();

  RunBook(RunSpec spec, ServicePlaces places, long now) {
    this.spec = spec;
    this.weight = spec.limits().weight();
    this.maxLeased = spec.limits().maxLeased();
    this.started = now;
    this.results = new ResultLog(spec.id());
    Set<String> read = new HashSet<>();
    for (LaneSpec laneSpec : spec.lanes()) {
      Lane lane = new Lane(laneSpec, this, places);
      lanes.add(lane);
      byNode.put(laneSpec.node(), lane);
      read.addAll(laneSpec.inputs());
    }
    this.laterFirst =
        lanes.stream()
            .sorted(Comparator.comparingInt((Lane lane) -> lane.spec.level()).reversed())
            .toList();
    this.lastNodes =
        spec.lanes().stream().map(LaneSpec::node).filter(node -> !read.contains(node)).toList();
  }

  Lane lane(String node) {
    Lane lane = byNode.get(node);
    if (lane == null) {
      throw new IllegalArgumentException(
          "run \"" + spec.id() + "\" has no node \"" + node + "\"; it was opened without it");
    }
    return lane;
  }

  List<Lane> lanes() {
    return lanes;
  }

  /** What became of its items, and whether its books agree on it. */
  Receipt receipt(Set<String> offered) {
    long excluded = deadItems.values().stream().filter(LiveItem::isExcluded).count();
    long found = emittedItems.found();
    return new Receipt(
        spec,
        status(offered),
        lanes.stream().map(Lane::books).toList(),
        acceptedInAll(),
        unfinishedTasks,
        new Receipt.Letters(deadItems.size() - excluded, excluded, droppedLetters),
        new Receipt.Found(found, emittedItems.known(), found),
        results.books(givenResults, heldEnds),
        spent());
  }

  long accepted(String submitter) {
    return accepted.getOrDefault(submitter, 0L);
  }

  private long acceptedInAll() {
    return accepted.values().stream().mapToLong(Long::longValue).sum();
  }

  void accept(String submitter, long count) {
    accepted.put(submitter, count);
  }

  /** When its next task may be handed out; {@link Long#MAX_VALUE} where none may by itself. */
  long firstDue() {
    long first = Long.MAX_VALUE;
    for (Lane lane : lanes) {
      first = Math.min(first, lane.firstDue());
    }
    return first;
  }

  /** Whether it has tasks that could be handed out and caps alone are against it. */
  boolean isAtCap(long now) {
    if (maxLeased > 0 && lanes.stream().mapToLong(Lane::leased).sum() >= maxLeased) {
      return true;
    }
    boolean anyFull = false;
    for (Lane lane : lanes) {
      if (lane.firstDue() <= now) {
        if (!lane.isFull()) {
          return false;
        }
        anyFull = true;
      }
    }
    return anyFull;
  }

  /** The nodes whose tasks are counted against a cap of their own or of their service. */
  Set<String> cappedNodes() {
    Set<String> capped = new HashSet<>();
    for (Lane lane : lanes) {
      if (lane.isCapped()) {
        capped.add(lane.spec.node());
      }
    }
    return capped;
  }

  void spend(String node, Spending spending) {
    spent.merge(node, spending, Spending::plus);
  }

  private Map<String, Spending> spent() {
    return Map.copyOf(spent);
  }

  /** When the first of the hosts may be visited that may not now. */
  long restsUntil(long now) {
    long first = Long.MAX_VALUE;
    for (Lane lane : lanes) {
      long due = lane.hostsDue();
      first = due > now ? Math.min(first, due) : first;
    }
    return first;
  }

  /** Takes the next task off a lane; null where there is none for these services (empty: any). */
  @Nullable QueuedTask poll(Set<String> services, Hosts hosts, long now) {
    if (paused) {
      return null;
    }
    boolean heldBack = isHeldBack();
    for (Lane lane : laterFirst) {
      if (lane.firstDue() <= now
          && !lane.isFull()
          && (services.isEmpty() || services.contains(lane.spec.service()))
          && !(heldBack && lane.spec.isFirst())) {
        QueuedTask task = lane.poll(hosts, now);
        if (task != null) {
          return task;
        }
      }
    }
    return null;
  }

  boolean isHeldBack() {
    RunLimits limits = spec.limits();
    return results.undelivered() >= limits.undeliveredResults()
        || results.undeliveredBytes() >= limits.undeliveredBytes();
  }

  boolean isOver() {
    return finished != null;
  }

  /** Whether the run has ended since it was last asked. */
  boolean endsNow(long now) {
    if (finished == null && unfinishedTasks == 0 && (inputClosed || cancelled)) {
      finished = Instant.ofEpochMilli(now);
      return true;
    }
    return false;
  }

  void goesOn() {
    finished = null;
  }

  /** Whether the time has come to forget the run. */
  boolean isStale(long now) {
    return finished != null
        && now >= Deadline.after(finished.toEpochMilli(), spec.limits().retention());
  }

  RunStatus status(Set<String> offered) {
    List<NodeCounts> nodes = lanes.stream().map(Lane::counts).toList();
    Set<String> missing = new TreeSet<>();
    for (Lane lane : lanes) {
      if (lane.waiting() > 0 && !offered.contains(lane.spec.service())) {
        missing.add(lane.spec.service());
      }
    }
    return new RunStatus(
        spec.id(),
        spec.pipelineId(),
        state(),
        inputClosed,
        submittedItems,
        emitted,
        doneItems,
        deadCount,
        cancelledItems,
        excludedCount,
        results.undelivered(),
        results.undeliveredBytes(),
        isHeldBack(),
        weight,
        maxLeased,
        nodes,
        List.copyOf(missing),
        Instant.ofEpochMilli(started),
        Optional.ofNullable(finished));
  }

  private State state() {
    if (cancelled) {
      return State.CANCELLED;
    }
    if (finished != null) {
      return State.FINISHED;
    }
    return paused ? State.PAUSED : State.RUNNING;
  }
}
