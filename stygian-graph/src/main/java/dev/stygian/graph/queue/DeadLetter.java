package dev.stygian.graph.queue;

import java.time.Instant;
import java.util.List;

/**
 * A task that will not be tried again, with every attempt's error, ready to be replayed.
 *
 * @param errors in order; never cut
 */
public record DeadLetter(Task task, int attempts, List<AttemptError> errors, Instant died) {
  public DeadLetter {
    errors = List.copyOf(errors);
  }

  /**
   * What went wrong in one attempt.
   *
   * @param attempt 0 where none was made: parts of the item are missing that it was to collect
   */
  public record AttemptError(int attempt, Instant at, String message) {}
}
