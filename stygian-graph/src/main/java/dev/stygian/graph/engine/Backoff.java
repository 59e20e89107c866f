package dev.stygian.graph.engine;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long a failed task waits: the base doubled for each further attempt, up to five minutes, and
 * up to a half on top by chance, so that what failed together does not return together.
 */
final class Backoff {
  private static final Duration LONGEST = Duration.ofMinutes(5);
  private static final int MOST_DOUBLINGS = 20;

  private final RandomGenerator random;

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  Duration before(int nextAttempt, Duration base) {
    int doublings = Math.min(Math.max(nextAttempt - 2, 0), MOST_DOUBLINGS);
    Duration wait = base.multipliedBy(1L << doublings);
    long millis = Math.min(wait.toMillis(), Math.max(LONGEST.toMillis(), base.toMillis()));
    return Duration.ofMillis(millis + random.nextLong(millis / 2 + 1));
  }
}
