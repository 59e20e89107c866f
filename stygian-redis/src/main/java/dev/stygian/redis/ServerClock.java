package dev.stygian.redis;

import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What this process's {@link System#nanoTime} was at a moment of the server's clock. The server is
 * asked for its time now and then, and did not tell it before the question was sent. So a moment of
 * its clock never seems later here than it was, and one of this process's never earlier there; both
 * are wrong by a trip at most. Other replies cannot tell that, since they may lie unread for any
 * time. Thread-safe.
 */
final class ServerClock {
  /** How long an answer counts; two clocks drift apart by at most half a millisecond a second. */
  private static final long LIVES_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final long DRIFT_SHARE = 2_000;

  /** An answer that took longer is asked for once more, so far as {@link #MOST_TRIES} go. */
  private static final long GOOD_TRIP_NANOS = 2_000_000;

  private static final int MOST_TRIES = 3;

  private final RedisLink link;
  private long askedNanos;
  private long serverNanos;
  private boolean known;

  ServerClock(RedisLink link) {
    this.link = link;
  }

  /** This process's nanoseconds at a moment of the server's clock, or a little before. */
  synchronized long nanosAt(long serverMillis) throws InterruptedException {
    long drift = drift();
    return askedNanos + TimeUnit.MILLISECONDS.toNanos(serverMillis) - serverNanos - drift;
  }

  /** The server's clock at a moment of this process's, or a little later. */
  synchronized long millisAt(long nanos) throws InterruptedException {
    long drift = drift();
    return 1 + TimeUnit.NANOSECONDS.toMillis(serverNanos + (nanos - askedNanos) + drift);
  }

  private long drift() throws InterruptedException {
    if (!known || System.nanoTime() - askedNanos > LIVES_NANOS) {
      ask();
    }
    return (System.nanoTime() - askedNanos) / DRIFT_SHARE;
  }

  private void ask() throws InterruptedException {
    long shortest = Long.MAX_VALUE;
    for (int tries = 0; tries < MOST_TRIES && shortest > GOOD_TRIP_NANOS; tries++) {
      long sent = System.nanoTime();
      List<byte[]> time = link.ask("time", server -> server.time());
      long trip = System.nanoTime() - sent;
      if (trip < shortest) {
        shortest = trip;
        askedNanos = sent;
        serverNanos =
            TimeUnit.SECONDS.toNanos(Replies.number(time.get(0)))
                + TimeUnit.MICROSECONDS.toNanos(Replies.number(time.get(1)));
      }
    }
    known = true;
  }
}
