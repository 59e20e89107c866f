package dev.stygian.graph.queue;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Threads that wait for something to happen which concerns them all. Guarded by the lock. */
final class Bell {
  private final Condition rung;
  private int waiting;

  Bell(ReentrantLock lock) {
    this.rung = lock.newCondition();
  }

  /** Waits for a ring, at most so long; why it returned, the caller finds out by looking. */
  @SuppressWarnings("WaitNotInLoop") // the callers loop
  void await(long nanos) throws InterruptedException {
    waiting++;
    try {
      var _ = rung.awaitNanos(nanos);
    } finally {
      waiting--;
    }
  }

  void ring() {
    if (waiting > 0) {
      rung.signalAll();
    }
  }
}
