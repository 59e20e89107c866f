package dev.stygian.graph.engine;

import dev.stygian.graph.error.QueueClosedException;
import dev.stygian.graph.error.QueueUnavailableException;
import dev.stygian.graph.error.StygianException;
import dev.stygian.graph.queue.Expense;
import dev.stygian.graph.queue.LeaseToken;
import dev.stygian.graph.queue.Settled;
import dev.stygian.graph.queue.Settlement;
import dev.stygian.graph.queue.Visit;
import dev.stygian.graph.queue.WorkQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Books the ends of attempts, on a thread of its own: what has ended while one call was under way
 * goes out together in the next. Where many attempts follow one another, it gathers for {@link
 * #GATHER_NANOS} more. A queue that is away is waited for as long as the worker lives. Thread-safe.
 */
final class Bookings {
  private static final Logger LOG = LoggerFactory.getLogger(Bookings.class);
  private static final int MOST = 500;
  private static final long MOST_BYTES = 4 << 20;
  private static final long MOST_UNBOOKED_BYTES = 16 << 20;
  private static final int WORTH_A_CALL = 150;
  private static final long GATHER_NANOS = 2_000_000;
  private static final long PAUSE_MILLIS = 500;

  private final WorkQueue queue;
  private final HeldLeases held;
  private final CountDownLatch stopping;
  private final BooleanSupplier more;
  private final Runnable booked;
  private final Queue<Ended> ended = new ConcurrentLinkedQueue<>();

  /** Visits of attempts that have not ended. */
  private final Queue<Visit> overdue = new ConcurrentLinkedQueue<>();

  private final AtomicLong unbookedBytes = new AtomicLong();
  private final Object room = new Object();
  private final Thread thread;
  private volatile boolean sleeps;
  private volatile boolean closed;
  private @Nullable Ended left;

  private record Ended(Attempt attempt, Settlement settlement, Usage usage, long bytes) {}

  /**
   * Bookings that are not yet under way: see {@link #start}.
   *
   * @param stopping is at zero once the worker stops
   * @param more whether further attempts are about to end
   * @param booked called when leases were booked and are no longer held
   */
  Bookings(
      WorkQueue queue,
      HeldLeases held,
      CountDownLatch stopping,
      BooleanSupplier more,
      Runnable booked) {
    this.queue = queue;
    this.held = held;
    this.stopping = stopping;
    this.more = more;
    this.booked = booked;
    this.thread = Thread.ofPlatform().daemon().name("stygian-bookings").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /**
   * Hands over how an attempt ended. Blocks only while the outputs that wait to be booked are more
   * than {@link #MOST_UNBOOKED_BYTES}.
   *
   * @param usage is reported before the end is booked
   */
  void book(Attempt attempt, Settlement settlement, Usage usage) throws InterruptedException {
    long bytes = settlement.progress().outputBytes();
    if (unbookedBytes.addAndGet(bytes) > MOST_UNBOOKED_BYTES && bytes > 0) {
      awaitRoom();
    }
    ended.add(new Ended(attempt, settlement, usage, bytes));
    wake();
  }

  /** Reports visits of attempts that go on. */
  void report(List<Visit> visits) {
    overdue.addAll(visits);
    wake();
  }

  private void wake() {
    if (sleeps) {
      sleeps = false;
      LockSupport.unpark(thread);
    }
  }

  private void awaitRoom() throws InterruptedException {
    synchronized (room) {
      while (unbookedBytes.get() > MOST_UNBOOKED_BYTES && !ended.isEmpty() && !closed) {
        room.wait();
      }
    }
  }

  /** Ends the thread, even within a call. What is not booked stays so: its leases run out. */
  void close() {
    closed = true;
    thread.interrupt();
    synchronized (room) {
      room.notifyAll();
    }
  }

  private void run() {
    try {
      while (!closed) {
        List<Ended> some = take();
        reportOverdue();
        if (some.isEmpty()) {
          sleep();
          continue;
        }
        if (some.size() < WORTH_A_CALL && more.getAsBoolean() && stopping.getCount() > 0) {
          LockSupport.parkNanos(GATHER_NANOS);
          takeMore(some);
        }
        settle(some);
      }
    } catch (InterruptedException e) {
      LOG.atDebug().log("The bookings were told to stop");
    }
  }

  private void sleep() throws InterruptedException {
    sleeps = true;
    if (ended.isEmpty() && overdue.isEmpty() && !closed) {
      LockSupport.park(this);
    }
    sleeps = false;
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  private List<Ended> take() {
    List<Ended> some = new ArrayList<>();
    takeMore(some);
    return some;
  }

  private void takeMore(List<Ended> some) {
    long bytes = 0;
    for (Ended each : some) {
      bytes += each.bytes;
    }
    while (some.size() < MOST) {
      Ended next = left == null ? ended.poll() : left;
      left = null;
      if (next == null) {
        return;
      }
      bytes += next.bytes;
      if (bytes > MOST_BYTES && !some.isEmpty()) {
        left = next;
        return;
      }
      some.add(next);
    }
  }

  private void settle(List<Ended> some) throws InterruptedException {
    List<Visit> visits = new ArrayList<>();
    List<Expense> expenses = new ArrayList<>();
    for (Ended each : some) {
      visits.addAll(each.usage.visits());
      expenses.addAll(each.usage.expenses());
    }
    try {
      report(new Usage(visits, expenses));
      settleAll(some);
    } finally {
      long bytes = 0;
      for (Ended each : some) {
        bytes += each.bytes;
        held.forget(each.attempt);
      }
      if (unbookedBytes.getAndAdd(-bytes) > MOST_UNBOOKED_BYTES) {
        synchronized (room) {
          room.notifyAll();
        }
      }
      booked.run();
    }
  }

  private void reportOverdue() throws InterruptedException {
    List<Visit> visits = new ArrayList<>();
    for (Visit next = overdue.poll(); next != null; next = overdue.poll()) {
      visits.add(next);
    }
    if (!visits.isEmpty()) {
      report(new Usage(visits, List.of()));
    }
  }

  private void report(Usage usage) throws InterruptedException {
    try {
      if (!usage.visits().isEmpty()) {
        queue.visited(usage.visits());
      }
      if (!usage.expenses().isEmpty()) {
        queue.spent(usage.expenses());
      }
    } catch (StygianException e) { // the ends say so too, and can wait for the queue
      LOG.atWarn()
          .setCause(e)
          .addKeyValue("visits", usage.visits().size())
          .addKeyValue("expenses", usage.expenses().size())
          .log("What was used outside is not counted");
    }
  }

  private void settleAll(List<Ended> ends) throws InterruptedException {
    try {
      settleOnceThereIsAQueue(ends);
    } catch (QueueClosedException e) {
      LOG.atDebug().setCause(e).log("Leases ended with their queue");
    } catch (RuntimeException e) {
      if (ends.size() == 1 || e instanceof QueueUnavailableException) {
        LOG.atError()
            .setCause(e)
            .addKeyValue("task", ends.getFirst().settlement.lease().task().id())
            .addKeyValue("tasks", ends.size())
            .log("What a task came to could not be booked; its lease will run out");
        return;
      }
      // one of them is to blame; the others are booked, or they are lost by now and say so
      for (Ended end : ends) {
        settleAll(List.of(end));
      }
    }
  }

  private void settleOnceThereIsAQueue(List<Ended> some) throws InterruptedException {
    List<Settlement> ends = new ArrayList<>(some.size());
    some.forEach(each -> ends.add(each.settlement));
    while (true) {
      try {
        List<Settled> settled = queue.settle(ends);
        for (int i = 0; i < settled.size(); i++) {
          if (settled.get(i) instanceof Settled.LeaseLost(LeaseToken token)) {
            LOG.atDebug().addKeyValue("lease", token).log("A lease was lost before its end");
          } else {
            dropCollected(some.get(i));
          }
        }
        return;
      } catch (QueueUnavailableException e) {
        LOG.atWarn().addKeyValue("reason", e.getMessage()).log("Nowhere to book; waiting");
        if (stopping.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
          throw e;
        }
      }
    }
  }

  private void dropCollected(Ended end) throws InterruptedException {
    long parts = end.attempt.partsToDrop(end.settlement);
    if (parts == 0) {
      return;
    }
    try {
      queue.dropCollected(end.settlement.lease(), parts);
    } catch (StygianException e) { // they only take room
      LOG.atDebug().setCause(e).log("Outputs that were collected stay until the run is forgotten");
    }
  }
}
