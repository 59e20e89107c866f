package dev.stygian.graph.queue;

import static java.util.Objects.requireNonNull;

import java.util.Comparator;
import java.util.HashMap;
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
    long deadline;

    HandOut(long number, List<QueuedTask> tasks, long deadline) {
      this.number = number;
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

  void handOut(long number, List<QueuedTask> tasks, long deadline) {
    HandOut handOut = new HandOut(number, tasks, deadline);
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
  boolean renew(long number, ToLongFunction<RunBook> deadline, Consumer<QueuedTask> open) {
    HandOut handOut = byNumber.get(number);
    if (handOut == null) {
      return false;
    }
    byDeadline.remove(handOut);
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
