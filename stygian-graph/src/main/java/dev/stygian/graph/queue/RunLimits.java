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
 * @param weight how many times as many tasks as a run of weight 1 it gets while both have work
 * @param maxLeased how many of its tasks may be leased at once; {@link Cap#NONE}: any number
 */
public record RunLimits(
    long maxDepth,
    long undeliveredResults,
    long undeliveredBytes,
    Duration resultTtl,
    long resultBudget,
    Duration retention,
    Duration visibility,
    Durability durability,
    int weight,
    int maxLeased) {
  /** The largest weight. */
  public static final int MOST_WEIGHT = 1_000;

  /**
   * Bounds of a run of weight 1 without a cap, whose server keeps things as it is configured to.
   */
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
        Durability.SERVER,
        1,
        Cap.NONE);
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
    checkedWeight(weight);
    Cap.checked(maxLeased);
  }

  /** The same with another share of the workers. */
  public RunLimits withShare(int newWeight, int newMaxLeased) {
    return new RunLimits(
        maxDepth,
        undeliveredResults,
        undeliveredBytes,
        resultTtl,
        resultBudget,
        retention,
        visibility,
        durability,
        newWeight,
        newMaxLeased);
  }

  /**
   * Checks a weight of a caller.
   *
   * @throws IllegalArgumentException where it cannot be one
   */
  public static int checkedWeight(int weight) {
    if (weight < 1 || weight > MOST_WEIGHT) {
      throw new IllegalArgumentException("a weight is 1 to " + MOST_WEIGHT);
    }
    return weight;
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
