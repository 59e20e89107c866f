package dev.stygian.graph.queue;

import dev.stygian.graph.settings.Durability;
import java.time.Duration;

/**
 * The bounds of a run, and how safely it is kept.
 *
 * @param maxDepth unfinished tasks in the queue from which on producers wait
 * @param undeliveredResults results from which on first-node tasks are not leased
 * @param undeliveredBytes their bytes, likewise
 * @param resultTtl how long a stored result lives at least (at most twice as long)
 * @param resultBudget bytes of all stored results; over it the older half goes early
 * @param retention how long the keys of a finished run live
 * @param visibility how long a lease lives without renewal
 * @param durability when what the queue accepted counts as accepted
 */
public record RunLimits(
    long maxDepth,
    long undeliveredResults,
    long undeliveredBytes,
    Duration resultTtl,
    long resultBudget,
    Duration retention,
    Duration visibility,
    Durability durability) {

  /** Bounds of a run whose server keeps what it accepted as it is configured to. */
  public RunLimits(
      long maxDepth,
      long undeliveredResults,
      long undeliveredBytes,
      Duration resultTtl,
      long resultBudget,
      Duration retention,
      Duration visibility) {
    this(
        maxDepth,
        undeliveredResults,
        undeliveredBytes,
        resultTtl,
        resultBudget,
        retention,
        visibility,
        Durability.SERVER);
  }

  public RunLimits {
    if (maxDepth < 1 || undeliveredResults < 1 || undeliveredBytes < 1 || resultBudget < 1) {
      throw new IllegalArgumentException("limits are positive");
    }
    if (resultTtl.compareTo(Duration.ofSeconds(1)) < 0 || retention.toSeconds() < 1) {
      throw new IllegalArgumentException("times to live are at least a second");
    }
    if (visibility.toMillis() < 1) {
      throw new IllegalArgumentException("a lease lives at least a millisecond");
    }
  }

  /** How long a lease lives that was asked for with a visibility, or with none of its own. */
  public Duration visibilityOr(Duration asked) {
    return asked.equals(LeaseRequest.AS_RUN) ? visibility : asked;
  }

  public static RunLimits defaults() {
    return new RunLimits(
        100_000,
        1_000_000,
        256L << 20,
        Duration.ofHours(24),
        1L << 30,
        Duration.ofDays(7),
        Duration.ofSeconds(60));
  }
}
