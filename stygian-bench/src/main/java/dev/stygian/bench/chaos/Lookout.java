package dev.stygian.bench.chaos;

import dev.stygian.graph.error.StygianException;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.queue.RunStatus.NodeCounts;
import dev.stygian.graph.queue.WorkQueue;
import dev.stygian.redis.RedisSettings;
import dev.stygian.redis.RedisWorkQueue;
import java.time.Duration;
import java.util.Optional;

/** Looks at a run some forty times a second, past all harm to its connections. */
final class Lookout implements AutoCloseable {
  private static final long LOOK_MILLIS = 25;
  private static final Duration PATIENCE = Duration.ofMillis(200);

  private final WorkQueue queue;
  private final RunId run;
  private final Stalls stalls;
  private final Thread thread;

  private volatile Optional<RunStatus> last = Optional.empty();
  private volatile long movedNanos = System.nanoTime();
  private volatile long longestStillNanos;
  private volatile boolean closed;

  private Lookout(WorkQueue queue, RunId run, Stalls stalls) {
    this.queue = queue;
    this.run = run;
    this.stalls = stalls;
    this.thread = Thread.ofPlatform().name("chaos-lookout").daemon().unstarted(this::look);
  }

  static Lookout start(String url, RunId run, Stalls stalls) {
    Lookout lookout =
        new Lookout(RedisWorkQueue.open(RedisSettings.of(url).withPatience(PATIENCE)), run, stalls);
    lookout.thread.start();
    return lookout;
  }

  /** The run as it was last seen. */
  Optional<RunStatus> last() {
    return last;
  }

  /** Returns when there is a run. */
  void awaitTheRun(Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    while (last.isEmpty()) {
      if (System.nanoTime() - end > 0) {
        throw new IllegalStateException(
            "the submitter did not open the run within " + patience.toSeconds() + " s");
      }
      Thread.sleep(LOOK_MILLIS);
    }
  }

  /** How many items have ended by then. */
  long ended() {
    return last.map(status -> status.done() + status.dead()).orElse(0L);
  }

  /** For how long nothing has moved. */
  Duration still() {
    return Duration.ofNanos(System.nanoTime() - movedNanos);
  }

  /** For how long nothing moved at most, for whatever reason, since the input began. */
  Duration longestStill() {
    return Duration.ofNanos(longestStillNanos);
  }

  /** What was before does not count: processes were starting. */
  void beginInput() {
    longestStillNanos = 0;
  }

  private void look() {
    long before = 0;
    try {
      while (!closed) {
        try {
          long asked = System.nanoTime();
          RunStatus status = queue.ledger().status(run);
          long now = System.nanoTime();
          long moved = moved(status);
          if (moved != before) {
            longestStillNanos = Math.max(longestStillNanos, now - movedNanos);
            movedNanos = now;
            before = moved;
          }
          last = Optional.of(status);
          stalls.seen(moved, asked, now);
        } catch (StygianException _) {
          // it is away, or has no such run yet; the next look tells more
        }
        Thread.sleep(LOOK_MILLIS);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** A number that grows with everything that happens in a run. */
  private static long moved(RunStatus status) {
    long moved = status.submitted() + status.done() + status.dead();
    for (NodeCounts node : status.nodes()) {
      moved += node.done() + node.dead() + node.retries();
    }
    return moved;
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join(Duration.ofSeconds(5));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    queue.close();
  }
}
