package dev.stygian.bench.macro;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends at a fixed rate, whatever becomes of what was sent: what is late stays due, so a stall is
 * felt by all that should have been sent meanwhile and not only by the one that hit it.
 */
final class OpenLoop {
  private OpenLoop() {}

  /** Sends what is due. */
  @FunctionalInterface
  interface Send {
    /** Sends the numbers from {@code first} up to and without {@code end}. */
    void send(int first, int end) throws InterruptedException;
  }

  /**
   * Sends until all is sent.
   *
   * @param intended takes the time at which each number was due, in nanoseconds
   * @param most at once
   */
  static void run(long[] intended, double perSecond, int most, Send send)
      throws InterruptedException {
    long began = System.nanoTime();
    double gapNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
    for (int i = 0; i < intended.length; i++) {
      intended[i] = began + (long) (i * gapNanos);
    }
    int next = 0;
    while (next < intended.length) {
      long now = System.nanoTime();
      int end = next;
      while (end < intended.length && end - next < most && intended[end] <= now) {
        end++;
      }
      if (end == next) {
        LockSupport.parkNanos(intended[next] - now);
      } else {
        send.send(next, end);
        next = end;
      }
    }
  }
}
