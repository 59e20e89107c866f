package dev.stygian.cli;

import dev.stygian.graph.error.StygianException;
import dev.stygian.graph.queue.BlobQueue;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes blobs that nobody needs any more as long as a process works or reads, now and then and so
 * many at a time: those of forgotten runs, for which no process has to live, and several do no
 * harm; and those that this process saw read for the last time. What it does not come to goes with
 * its run.
 */
final class BlobSweep implements AutoCloseable {
  /** Blobs younger than this stay, whatever the queue says. */
  static final Duration SAFETY = Duration.ofHours(1);

  /** How many of forgotten runs are deleted at a time. */
  static final int MOST = 1_000;

  private static final Duration STOP_TIME = Duration.ofSeconds(5);
  private static final Logger LOG = LoggerFactory.getLogger(BlobSweep.class);

  private final List<BlobQueue> queues;
  private final Pace pace;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final List<Thread> threads = new ArrayList<>();

  /**
   * How often it sweeps. Each pause is once to twice as long, so that processes which start
   * together do not sweep together.
   *
   * @param first the pause before the first time, and where nothing fails before every deletion of
   *     what was read for the last time
   * @param between the pause before every other time
   */
  record Pace(Duration first, Duration between) {
    static final Pace USUAL = new Pace(Duration.ofMinutes(1), Duration.ofMinutes(10));

    Pace {
      if (!first.isPositive() || !between.isPositive()) {
        throw new IllegalArgumentException("no pause between sweeps: " + first + ", " + between);
      }
    }
  }

  /** What is done to a queue's blobs. */
  @FunctionalInterface
  private interface Deletion {
    int of(BlobQueue queue) throws InterruptedException;
  }

  private BlobSweep(List<BlobQueue> queues, Pace pace) {
    this.queues = List.copyOf(queues);
    this.pace = pace;
  }

  /** Begins to sweep, after a pause. */
  static BlobSweep start(List<BlobQueue> queues, Pace pace) {
    BlobSweep sweep = startForReader(queues, pace);
    sweep.begin("stygian-sweep", sweep::sweep);
    return sweep;
  }

  /** Likewise, but leaves what forgotten runs left to those that work. */
  static BlobSweep startForReader(List<BlobQueue> queues, Pace pace) {
    BlobSweep sweep = new BlobSweep(queues, pace);
    sweep.begin("stygian-spent", sweep::deleteSpent);
    return sweep;
  }

  private void begin(String name, Runnable work) {
    if (!queues.isEmpty()) {
      threads.add(Thread.ofVirtual().name(name).start(work));
    }
  }

  private void sweep() {
    Duration pause = pace.first;
    while (pauses(pause)) {
      eachQueue(
          queue -> queue.sweep(SAFETY, MOST, InstantSource.system()),
          "Blobs of forgotten runs are not deleted now; that is tried again");
      pause = pace.between;
    }
  }

  private void deleteSpent() {
    Duration pause = pace.first;
    while (pauses(pause)) {
      boolean worked =
          eachQueue(
              BlobQueue::deleteSpent,
              "Blobs that had their last reader are not deleted now; that is tried again");
      pause = worked ? pace.first : pace.between; // a store that fails is a line now and then
    }
  }

  /** Waits once to twice as long; false where it is to end. */
  private boolean pauses(Duration pause) {
    long nanos = pause.toNanos();
    try {
      return !stopping.await(
          nanos + ThreadLocalRandom.current().nextLong(nanos), TimeUnit.NANOSECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Returns whether all of it worked. */
  private boolean eachQueue(Deletion deletion, String failure) {
    boolean worked = true;
    for (BlobQueue queue : queues) {
      try {
        int deleted = deletion.of(queue);
        LOG.atDebug().addKeyValue("blobs", deleted).log("Blobs that nobody needs were deleted");
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        return false;
      } catch (StygianException e) {
        worked = false;
        if (stopping.getCount() > 0) {
          LOG.atWarn().addKeyValue("reason", e.getMessage()).log(failure);
        }
      } catch (RuntimeException e) { // the next time may do better
        worked = false;
        LOG.atWarn().setCause(e).log(failure);
      }
    }
    return worked;
  }

  @Override
  public void close() {
    stopping.countDown();
    threads.forEach(Thread::interrupt);
    try {
      for (Thread thread : threads) {
        boolean _ = thread.join(STOP_TIME); // queue and store are closed after this
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
