package dev.stygian.graph.queue;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The threads that wait for a task. A new task wakes one of them that can take it, not all: the
 * first in line that offers its service and has not been promised as many tasks as it asked for.
 * Guarded by the queue's lock.
 */
final class Waiters {
  private final ReentrantLock lock;
  private final Set<Waiter> line = new LinkedHashSet<>();

  private static final class Waiter {
    final LeaseRequest request;
    final Condition woken;
    int promised;

    Waiter(LeaseRequest request, Condition woken) {
      this.request = request;
      this.woken = woken;
    }

    boolean offers(String service) {
      return request.services().isEmpty() || request.services().contains(service);
    }
  }

  Waiters(ReentrantLock lock) {
    this.lock = lock;
  }

  /** Waits for a task, at most so long; why it returned, the caller finds out by looking. */
  @SuppressWarnings("WaitNotInLoop") // the caller loops
  void await(LeaseRequest request, long nanos) throws InterruptedException {
    Waiter waiter = new Waiter(request, lock.newCondition());
    line.add(waiter);
    boolean ended = false;
    try {
      var _ = waiter.woken.awaitNanos(nanos);
      ended = true;
    } finally {
      line.remove(waiter);
      if (!ended && waiter.promised > 0) {
        wakeAll();
      }
    }
  }

  /** Wakes one thread for a task of this service. */
  void wake(String service) {
    Iterator<Waiter> waiters = line.iterator();
    while (waiters.hasNext()) {
      Waiter waiter = waiters.next();
      if (waiter.offers(service)) {
        waiter.promised++;
        waiter.woken.signal();
        if (waiter.promised >= waiter.request.max()) {
          waiters.remove();
        }
        return;
      }
    }
  }

  /** Wakes all: something changed for which there is no other rule. */
  void wakeAll() {
    line.forEach(waiter -> waiter.woken.signal());
  }
}
