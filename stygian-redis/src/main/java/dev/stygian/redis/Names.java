package dev.stygian.redis;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Names for what is put down at the server before a script makes it the queue's: unique among all
 * processes, and short. Thread-safe.
 */
final class Names {
  private static final int RADIX = 36;

  private final String process = Long.toString(new SecureRandom().nextLong() >>> 1, RADIX);
  private final AtomicLong last = new AtomicLong();

  /** A name of this process, or of this part of it. */
  String process() {
    return process;
  }

  String next() {
    return process + "-" + Long.toString(last.incrementAndGet(), RADIX);
  }
}
