package dev.stygian.cli;

import dev.stygian.graph.error.StygianException;
import dev.stygian.graph.queue.BlobQueue;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes blobs of forgotten runs as long as a process works, now and then and so many at a time:
 * no process has to live for it, and several do no harm.
 */
final class BlobSweep implements AutoCloseable {
  /** Blobs younger than this stay, whatever the queue says. */
  static final Duration SAFETY = Duration.ofHours(1);

  /** How many are deleted at a time. */
  static final int MOST = 1_000;

  private static final Logger LOG = LoggerFactory.getLogger(BlobSweep.class);

  private final List<BlobQueue> queues;
  private final Pace pace;
  private final CountDownLatch stopping = new CountDownLatch(1);

  /**
   * How often it sweeps. Each pause is once to twice as long, so that processes which start
   * together do not sweep together.
   *
   * @param first the pause before the first time
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

  private BlobSweep(List<BlobQueue> queues, Pace pace) {
    this.queues = List.copyOf(queues);
    this.pace = pace;
  }

  /** Begins to sweep, after a pause. */
  static BlobSweep start(List<BlobQueue> queues, Pace pace) {
    BlobSweep sweep = new BlobSweep(queues, pace);
    if (!queues.isEmpty()) {
      Thread.ofVirtual().name("stygian-sweep").start(sweep::run);
    }
    return sweep;
  }

  private void run() {
    try {
      long pause = pace.first.toNanos();
      while (!stopping.await(
          pause + ThreadLocalRandom.current().nextLong(pause), TimeUnit.NANOSECONDS)) {
        queues.forEach(BlobSweep::sweep);
        pause = pace.between.toNanos();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static void sweep(BlobQueue queue) {
    try {
      int deleted = queue.sweep(SAFETY, MOST, InstantSource.system());
      LOG.atDebug().addKeyValue("blobs", deleted).log("Blobs of forgotten runs were deleted");
    } catch (StygianException e) {
      LOG.atWarn()
          .addKeyValue("reason", e.getMessage())
          .log("Blobs of forgotten runs are not deleted now; that is tried again");
    }
  }

  @Override
  public void close() {
    stopping.countDown();
  }
}
