package dev.stygian.graph.queue;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The leases of a {@link LocalWorkQueue}. What one call hands out of a run has one number and one
 * deadline; its tasks end one by one. Guarded by the queue's lock.
 */
final class LeaseBook {
  private final Map<Long, HandOut> byNumber = new HashMap<>();
  private final TreeSet<HandOut> byDeadline =
      new TreeSet<>(
          Comparator.<HandOut>comparingLong(h -> h.deadline).thenComparingLong(h -> h.number));
  private long lastNumber;

  /**
   * The hand-out that was asked for last: its leases end one after the other, more often than not.
   */
  private @Nullable HandOut lastAsked;

  private static final class HandOut {
    final long number;
    final @Nullable QueuedTask[] tasks;
    final RunBook run;
    int open;
    long lastSign;
    long deadline;

    HandOut(long number, List<QueuedTask> tasks, long now, long deadline) {
      this.number = number;
      this.lastSign = now;
      this.tasks = tasks.toArray(new @Nullable QueuedTask[0]);
      this.run = tasks.getFirst().lane.run;
      this.open = this.tasks.length;
      this.deadline = deadline;
    }
  }

  /** A number for {@link #handOut}. */
  long nextNumber() {
    lastNumber++;
    return lastNumber;
  }

  void handOut(long number, List<QueuedTask> tasks, long now, long deadline) {
    HandOut handOut = new HandOut(number, tasks, now, deadline);
    byNumber.put(handOut.number, handOut);
    byDeadline.add(handOut);
  }

  /** The task under a lease; null where the token is not current. */
  @Nullable QueuedTask find(LeaseToken token) {
    HandOut handOut = handOut(token.lease());
    if (handOut == null || token.index() < 0 || token.index() >= handOut.tasks.length) {
      return null;
    }
    return handOut.tasks[token.index()];
  }

  private @Nullable HandOut handOut(long number) {
    HandOut last = lastAsked;
    if (last == null || last.number != number) {
      last = byNumber.get(number);
      lastAsked = last;
    }
    return last;
  }

  /** Ends a lease whose token is current. */
  void end(LeaseToken token) {
    HandOut handOut = requireNonNull(handOut(token.lease()));
    handOut.tasks[token.index()] = null;
    handOut.open--;
    if (handOut.open == 0) {
      forget(handOut);
    }
  }

  /** How many hand-outs have an open task. */
  int size() {
    return byNumber.size();
  }

  /** Moves the deadline of a number and shows its tasks; false where it is not current. */
  boolean renew(
      long number, long now, ToLongFunction<RunBook> deadline, Consumer<QueuedTask> open) {
    HandOut handOut = byNumber.get(number);
    if (handOut == null) {
      return false;
    }
    byDeadline.remove(handOut);
    handOut.lastSign = now;
    handOut.deadline = deadline.applyAsLong(handOut.run);
    byDeadline.add(handOut);
    for (QueuedTask task : handOut.tasks) {
      if (task != null) {
        open.accept(task);
      }
    }
    return true;
  }

  /**
   * Ends the leases that ran out, the last one of each hand-out first, some {@code max} of them.
   */
  void expire(long now, int max, Consumer<QueuedTask> expired) {
    int count = 0;
    while (count < max && nextDeadline() <= now) {
      HandOut handOut = byDeadline.first();
      forget(handOut);
      for (int i = handOut.tasks.length - 1; i >= 0; i--) {
        QueuedTask task = handOut.tasks[i];
        if (task != null) {
          count++;
          expired.accept(task);
        }
      }
    }
  }

  /** The open tasks of a run, by hand-out and node; those whose time ends first before others. */
  List<Observation.Held> held(RunBook run) {
    List<Observation.Held> all = new ArrayList<>();
    for (HandOut handOut : byDeadline) {
      if (handOut.run == run) {
        Map<String, Long> byNode = new LinkedHashMap<>();
        for (QueuedTask task : handOut.tasks) {
          if (task != null) {
            byNode.merge(task.lane.spec.node(), 1L, Long::sum);
          }
        }
        Instant lastSign = Instant.ofEpochMilli(handOut.lastSign);
        Instant deadline = Instant.ofEpochMilli(handOut.deadline);
        byNode.forEach(
            (node, tasks) -> all.add(new Observation.Held(node, tasks, lastSign, deadline)));
      }
    }
    return all;
  }

  /** When the next lease runs out; {@link Long#MAX_VALUE} where there is none. */
  long nextDeadline() {
    return byDeadline.isEmpty() ? Long.MAX_VALUE : byDeadline.first().deadline;
  }

  private void forget(HandOut handOut) {
    lastAsked = null;
    byNumber.remove(handOut.number);
    byDeadline.remove(handOut);
  }
}
