package dev.stygian.graph.pipeline;

import dev.stygian.graph.settings.Durability;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The {@code [execution]} table.
 *
 * @param mode {@code local} or {@code distributed}
 * @param queue where the queue is: a {@code redis://} URL or {@code embedded}; references to the
 *     environment unresolved; empty: {@code REDIS_URL}
 * @param workers tasks executing at once per process; empty: cores * 4
 * @param queueName default {@code default}
 * @param maxDepth how many unfinished tasks the queue may hold before its producers wait; default
 *     100,000
 * @param visibilityTimeout how long a lease lives without renewal; default 60 s
 * @param maxAttempts failures and lost leases together; default 3
 * @param backoff before the second attempt, doubled for each further one; default 1 s
 * @param timeout of one attempt; default 5 min
 * @param resultTtl how long a result answers repeats of its idempotency key; default 24 h
 * @param resultBudget bytes of stored results in the queue; default 1 GB
 * @param retention how long a finished run's results and dead letters stay; default 7 d
 * @param durability when what the queue accepted counts as accepted; default: as the server does it
 * @param weight how many times as many tasks as a run of weight 1 the run gets; default 1
 * @param maxLeased how many of its tasks may be leased at once; empty: any number
 */
public record ExecutionSettings(
    Mode mode,
    Optional<String> queue,
    OptionalInt workers,
    String queueName,
    long maxDepth,
    Duration visibilityTimeout,
    int maxAttempts,
    Duration backoff,
    Duration timeout,
    Duration resultTtl,
    long resultBudget,
    Duration retention,
    Durability durability,
    int weight,
    OptionalInt maxLeased) {

  /** Where the work queue lives. */
  public enum Mode {
    LOCAL,
    DISTRIBUTED
  }

  public static ExecutionSettings defaults() {
    return new ExecutionSettings(
        Mode.LOCAL,
        Optional.empty(),
        OptionalInt.empty(),
        "default",
        100_000,
        Duration.ofSeconds(60),
        3,
        Duration.ofSeconds(1),
        Duration.ofMinutes(5),
        Duration.ofHours(24),
        1L << 30,
        Duration.ofDays(7),
        Durability.SERVER,
        1,
        OptionalInt.empty());
  }
}
