package dev.stygian.redis;

import java.util.concurrent.TimeUnit;

/**
 * What this process's {@link System#nanoTime} was at a moment of the server's clock, as well as
 * replies tell: the one that took the shortest time on its way is the best witness, and it loses
 * its weight slowly, since clocks drift. So a moment seems later than it was by at most that time.
 * Thread-safe.
 */
final class ServerClock {
  /** How much two clocks drift apart at most: half a millisecond a second. */
  private static final long SECONDS_A_DRIFT_MILLI = 2;

  /** What no drift explains: the server's clock was set. */
  private static final long WAS_SET_NANOS = TimeUnit.SECONDS.toNanos(1);

  private boolean known;
  private long offsetNanos;
  private long atNanos;

  /** Says that a reply came just now that was made at {@code serverMillis}. */
  synchronized void seen(long serverMillis) {
    long now = System.nanoTime();
    long offset = now - TimeUnit.MILLISECONDS.toNanos(serverMillis);
    long drifted = offsetNanos + (now - atNanos) / (1000 * SECONDS_A_DRIFT_MILLI);
    if (!known || offset - drifted < 0 || offset - drifted > WAS_SET_NANOS) {
      known = true;
      offsetNanos = offset;
      atNanos = now;
    }
  }

  /** This process's nanoseconds at a moment of the server's clock, once a reply was seen. */
  synchronized long nanosAt(long serverMillis) {
    long drift = (System.nanoTime() - atNanos) / (1000 * SECONDS_A_DRIFT_MILLI);
    return offsetNanos + drift + TimeUnit.MILLISECONDS.toNanos(serverMillis);
  }
}
