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
  private static final long PAUSE_SECONDS = 600;
  private static final long FIRST_PAUSE_SECONDS = 60;

  private final List<BlobQueue> queues;
  private final CountDownLatch stopping = new CountDownLatch(1);

  private BlobSweep(List<BlobQueue> queues) {
    this.queues = List.copyOf(queues);
  }

  /** Begins to sweep, a minute or so from now. */
  static BlobSweep start(List<BlobQueue> queues) {
    BlobSweep sweep = new BlobSweep(queues);
    if (!queues.isEmpty()) {
      Thread.ofVirtual().name("stygian-sweep").start(sweep::run);
    }
    return sweep;
  }

  private void run() {
    try {
      long pause = FIRST_PAUSE_SECONDS;
      while (!stopping.await(
          pause + ThreadLocalRandom.current().nextLong(pause), TimeUnit.SECONDS)) {
        queues.forEach(BlobSweep::sweep);
        pause = PAUSE_SECONDS;
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
