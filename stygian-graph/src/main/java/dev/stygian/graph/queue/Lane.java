package dev.stygian.graph.queue;

import dev.stygian.graph.queue.RunStatus.NodeCounts;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** The waiting tasks of one node of a run, first in, first out, and the node's counters. */
final class Lane {
  final LaneSpec spec;
  final RunBook run;
  private final ArrayDeque<QueuedTask> ready = new ArrayDeque<>();
  // waiting tasks are those in `ready` and those that wait for another lease of their key
  private long waiting;
  private long delayed;
  private long leased;
  private long done;
  private long dead;
  private long retries;

  Lane(LaneSpec spec, RunBook run) {
    this.spec = spec;
    this.run = run;
  }

  boolean isReady() {
    return !ready.isEmpty();
  }

  long waiting() {
    return waiting;
  }

  void append(QueuedTask task) {
    ready.addLast(task);
    waiting++;
  }

  void prepend(QueuedTask task) {
    ready.addFirst(task);
    waiting++;
  }

  /** Takes the first task to have a look at it; it counts as waiting until something follows. */
  @Nullable QueuedTask poll() {
    return ready.pollFirst();
  }

  /** A task that was polled, and then waited for another lease, is first in the lane again. */
  void unpoll(QueuedTask task) {
    ready.addFirst(task);
  }

  /** A task that was polled, or waited for another lease, leaves the lane for good. */
  void leave() {
    waiting--;
  }

  void leaseBegins() {
    waiting--;
    leased++;
  }

  void leaseEnds() {
    leased--;
  }

  void delayBegins() {
    delayed++;
  }

  void delayEnds() {
    delayed--;
  }

  void countDone() {
    done++;
  }

  void countDead() {
    dead++;
  }

  void countRetry() {
    retries++;
  }

  NodeCounts counts() {
    return new NodeCounts(
        spec.node(), spec.service(), waiting, delayed, leased, done, dead, retries);
  }
}
