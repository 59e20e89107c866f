package dev.stygian.graph.engine;

import dev.stygian.graph.error.QueueClosedException;
import dev.stygian.graph.error.QueueRefusedException;
import dev.stygian.graph.error.QueueUnavailableException;
import dev.stygian.graph.queue.Heartbeat;
import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.WorkQueue;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews all that a worker holds in one call, once a second or three times in the shortest
 * visibility timeout, and stops what is reported as lost or cancelled; without any lease, one call
 * every five seconds tells that the worker lives. Beats until the worker has stopped and holds
 * nothing. On a platform thread: virtual ones take turns only when one blocks, so tasks that
 * compute for long would keep it from beating and lose their own leases.
 */
final class Heart {
  private static final Logger LOG = LoggerFactory.getLogger(Heart.class);
  private static final long BEATS_PER_VISIBILITY = 3;
  private static final long LONGEST_BEAT_MILLIS = 1000;
  private static final long SHORTEST_BEAT_MILLIS = 20;
  private static final long IDLE_BEAT_MILLIS = 5000;
  private static final Duration IDLE_FROM = Duration.ofSeconds(10);

  private final WorkQueue queue;
  private final WorkerOptions options;
  private final Set<String> services;
  private final HeldLeases held;
  private final CountDownLatch stopping;
  private final Runnable afterBeat;
  private final Semaphore hurry = new Semaphore(0);
  private final Thread thread;
  private volatile long beatMillis = LONGEST_BEAT_MILLIS;
  private long lastBusyNanos = System.nanoTime();

  /**
   * A heart that does not beat yet.
   *
   * @param stopping is at zero once the worker stops
   * @param afterBeat called after each beat
   */
  Heart(
      WorkQueue queue,
      WorkerOptions options,
      Set<String> services,
      HeldLeases held,
      CountDownLatch stopping,
      Runnable afterBeat) {
    this.queue = queue;
    this.options = options;
    this.services = services;
    this.held = held;
    this.stopping = stopping;
    this.afterBeat = afterBeat;
    this.thread = Thread.ofPlatform().daemon().name("stygian-heart").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  void close() {
    thread.interrupt();
  }

  /** Beats sooner where these new leases need it. */
  void look(List<Lease> leases) {
    for (Lease lease : leases) {
      long neededMillis = lease.visibility().toMillis() / BEATS_PER_VISIBILITY;
      if (Math.min(LONGEST_BEAT_MILLIS, neededMillis) < beatMillis) {
        hurry.release();
        return;
      }
    }
  }

  private void run() {
    try {
      while (stopping.getCount() > 0 || !held.isEmpty()) {
        beat();
        afterBeat.run();
        var _ = hurry.tryAcquire(beatMillis, TimeUnit.MILLISECONDS);
        hurry.drainPermits();
      }
    } catch (InterruptedException e) {
      LOG.atDebug().log("The heartbeat was told to stop");
    } catch (QueueClosedException | QueueRefusedException e) {
      LOG.atDebug().setCause(e).log("The heartbeat ended with its queue");
    }
  }

  private void beat() {
    Set<Long> numbers = new HashSet<>();
    long[] shortestMillis = {LONGEST_BEAT_MILLIS * BEATS_PER_VISIBILITY};
    held.forEach(attempt -> {
      Lease lease = attempt.lease();
      numbers.add(lease.token().lease());
      shortestMillis[0] = Math.min(shortestMillis[0], lease.visibility().toMillis());
    });
    if (!numbers.isEmpty()) {
      lastBusyNanos = System.nanoTime();
    }
    beatMillis =
        System.nanoTime() - lastBusyNanos > IDLE_FROM.toNanos()
            ? IDLE_BEAT_MILLIS
            : Math.max(SHORTEST_BEAT_MILLIS, shortestMillis[0] / BEATS_PER_VISIBILITY);
    Heartbeat.Renewal renewal;
    try {
      renewal =
          queue.renew(
              new Heartbeat(
                  options.name(), services, options.slots(), numbers, options.visibility()));
    } catch (QueueUnavailableException e) {
      LOG.atDebug().setCause(e).log("A heartbeat did not reach the queue");
      return;
    }
    if (renewal.lost().isEmpty() && renewal.cancelled().isEmpty()) {
      return;
    }
    held.forEach(attempt -> {
      Lease lease = attempt.lease();
      if (numbers.contains(lease.token().lease())
          && renewal.lost().contains(lease.token().lease())) {
        attempt.stop(Attempt.Stop.LEASE_LOST);
      }
      if (renewal.cancelled().contains(lease.task().id().run())) {
        attempt.stop(Attempt.Stop.RUN_CANCELLED);
      }
    });
  }
}
