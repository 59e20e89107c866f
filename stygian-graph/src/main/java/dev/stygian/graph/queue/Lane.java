package dev.stygian.graph.queue;

import dev.stygian.graph.queue.NodeBooks.Times;
import dev.stygian.graph.queue.RunStatus.NodeCounts;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The waiting tasks of one node of a run, first in, first out, and the node's counters. Those that
 * visit hosts wait in lanes of their own.
 */
final class Lane {
  final LaneSpec spec;
  final RunBook run;

  /** How many may be leased at once. */
  int maxLeased;

  private final ArrayDeque<QueuedTask> ready = new ArrayDeque<>();
  private final HostQueues hosts = new HostQueues(this);
  // waiting tasks are those in `ready` and those that wait for another lease of their key
  private final ServicePlaces places;
  private long waiting;
  private long delayed;
  private long leased;
  private long done;
  private long dead;
  private long retries;
  private long begun;
  private long usedUp;
  private long arrived;
  private long excluded;
  private long cancelled;
  private long stopped;
  private long awaiting;
  private long emitted;
  private @Nullable Times times;

  Lane(LaneSpec spec, RunBook run, ServicePlaces places) {
    this.spec = spec;
    this.run = run;
    this.places = places;
    this.maxLeased = spec.maxLeased();
  }

  /** When its next task may be handed out; {@link Long#MAX_VALUE} where none may by itself. */
  long firstDue() {
    return ready.isEmpty() ? hosts.firstDue() : 0;
  }

  /** Whether its tasks are counted against a cap, of its own or of its service. */
  boolean isCapped() {
    return maxLeased > 0 || places.isCapped(spec.service());
  }

  /** Whether nothing of it may be handed out until a lease ends. */
  boolean isFull() {
    return (maxLeased > 0 && leased >= maxLeased) || places.isFull(spec.service());
  }

  long leased() {
    return leased;
  }

  /** When the first of its hosts may be visited; {@link Long#MAX_VALUE} where none waits. */
  long hostsDue() {
    return hosts.firstDue();
  }

  long waiting() {
    return waiting;
  }

  void append(QueuedTask task) {
    add(task, false);
    waiting++;
  }

  void prepend(QueuedTask task) {
    add(task, true);
    waiting++;
  }

  private void add(QueuedTask task, boolean first) {
    task.task
        .hostLane()
        .ifPresentOrElse(
            lane -> hosts.add(task, lane, first),
            () -> {
              if (first) {
                ready.addFirst(task);
              } else {
                ready.addLast(task);
              }
            });
  }

  /**
   * Takes the first task that may start, to have a look at it; it counts as waiting until something
   * follows.
   */
  @Nullable QueuedTask poll(Hosts paces, long now) {
    QueuedTask first = ready.pollFirst();
    return first == null ? hosts.poll(paces, now) : first;
  }

  /** Takes any task, likewise. */
  @Nullable QueuedTask pollAny() {
    QueuedTask first = ready.pollFirst();
    return first == null ? hosts.pollAny() : first;
  }

  /** A task that was polled, and then waited for another lease, is first in the lane again. */
  void unpoll(QueuedTask task) {
    add(task, true);
  }

  /** A task that was polled, or waited for another lease, leaves the lane for good. */
  void leave() {
    waiting--;
  }

  void leaseBegins() {
    waiting--;
    leased++;
    places.leaseBegins(spec.service());
  }

  void leaseEnds() {
    leased--;
    places.leaseEnds(spec.service());
  }

  void delayBegins() {
    delayed++;
  }

  void delayEnds() {
    delayed--;
  }

  void countDone(Instant now) {
    done++;
    attemptEnds(now);
  }

  /** An item is dead or excluded here. */
  void countLetter(boolean isExcluded, Instant now) {
    countLetter(isExcluded, 1);
    attemptEnds(now);
  }

  /** Such an item goes on; its last attempt, if it had any, is followed by others. */
  void uncountLetter(boolean isExcluded, int attempts) {
    countLetter(isExcluded, -1);
    retries += attempts > 0 ? 1 : 0;
  }

  private void countLetter(boolean isExcluded, int by) {
    if (isExcluded) {
      excluded += by;
    } else {
      dead += by;
    }
  }

  /** An attempt that did not work is followed by others. */
  void countRetry(Instant now) {
    retries++;
    attemptEnds(now);
  }

  private void attemptEnds(Instant now) {
    times = new Times(times == null ? now : times.first(), now);
  }

  /** An item begins here. */
  void countBegun() {
    begun++;
  }

  /** Nothing of an item goes on behind this node. */
  void countUsedUp() {
    usedUp++;
  }

  /** So many ends of predecessors more, or fewer, wait for those of the others. */
  void countArrived(long by) {
    arrived += by;
  }

  void countCancelled() {
    cancelled++;
  }

  /** A task stops since its item is dead, or goes on with it. */
  void countStopped(int by) {
    stopped += by;
  }

  /** A task begins to wait for parts, or no longer does. */
  void countAwaiting(int by) {
    awaiting += by;
  }

  void countEmitted(long items) {
    emitted += items;
  }

  /** What waits here, at {@code mostHosts} hosts at most. */
  Observation.Node look(Hosts paces, List<Observation.Delay> delays, int mostHosts, long now) {
    List<Observation.Host> looks = hosts.look(paces, mostHosts, now);
    return new Observation.Node(
        ready.size(),
        waiting - ready.size() - hosts.tasks(),
        delays,
        looks,
        hosts.size() - looks.size());
  }

  NodeCounts counts() {
    return new NodeCounts(
        spec.node(), spec.service(), waiting, delayed, leased, done, dead, retries, maxLeased);
  }

  NodeBooks books() {
    return new NodeBooks(
        counts(),
        begun,
        usedUp,
        arrived,
        excluded,
        cancelled,
        stopped,
        0, // what is stored is handed out with its task
        awaiting,
        emitted,
        Optional.ofNullable(times));
  }
}
