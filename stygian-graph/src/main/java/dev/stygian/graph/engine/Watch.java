package dev.stygian.graph.engine;

import dev.stygian.graph.queue.Visit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Ends attempts whose time is over, and takes from them what should be reported before their end:
 * one thread looks at all of a worker's attempts every {@link #LOOK_MILLIS} while there are any,
 * and sleeps while there are none. So an attempt costs no timer, and is interrupted at its timeout
 * or at most so much later.
 */
final class Watch {
  static final long LOOK_MILLIS = 50;

  private final HeldLeases held;
  private final Consumer<List<Visit>> overdue;
  private final Thread thread;
  private volatile boolean sleeps;
  private volatile boolean closed;

  /**
   * A watch that is not kept yet.
   *
   * @param overdue gets visits that are to be reported at once
   */
  Watch(HeldLeases held, Consumer<List<Visit>> overdue) {
    this.held = held;
    this.overdue = overdue;
    this.thread = Thread.ofPlatform().daemon().name("stygian-watch").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** To be said when there are attempts again. */
  void look() {
    if (sleeps) {
      sleeps = false;
      LockSupport.unpark(thread);
    }
  }

  void close() {
    closed = true;
    LockSupport.unpark(thread);
  }

  private void run() {
    while (!closed) {
      sleeps = true;
      if (held.isEmpty()) {
        LockSupport.park(this);
      }
      sleeps = false;
      if (!closed) {
        LockSupport.parkNanos(this, LOOK_MILLIS * 1_000_000);
        long now = System.nanoTime();
        List<Visit> visits = new ArrayList<>();
        held.forEach(attempt -> {
          attempt.endIfOverdue(now);
          visits.addAll(attempt.takeOverdueVisits(now));
        });
        if (!visits.isEmpty()) {
          overdue.accept(visits);
        }
      }
    }
  }
}
