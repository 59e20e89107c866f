package dev.stygian.graph.queue;

import java.time.Duration;

/** Sums of times in milliseconds that stop at the end of time instead of running over. */
final class Deadline {
  private static final Duration FOR_EVER = Duration.ofDays(36_500);

  private Deadline() {}

  static long after(long nowMillis, Duration wait) {
    return wait.compareTo(FOR_EVER) > 0 ? Long.MAX_VALUE : nowMillis + wait.toMillis();
  }
}
