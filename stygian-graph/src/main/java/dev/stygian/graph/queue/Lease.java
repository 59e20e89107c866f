package dev.stygian.graph.queue;

import dev.stygian.graph.item.Payload;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A worker's time-limited, renewable, fenced right to execute a task.
 *
 * @param attempt 1 for the first; failures and lost leases both count
 * @param deadline by the queue's clock, as of the hand-out; a renewal moves it
 * @param visibility how long it lives from the hand-out, and from each renewal
 * @param inputs the stored outputs of the node's predecessors, by node id in the lane's order
 * @param stored the result that already stands under the task's key: complete with it, do not
 *     execute
 */
public record Lease(
    LeaseToken token,
    Task task,
    int attempt,
    Instant deadline,
    Duration visibility,
    Map<String, Payload> inputs,
    Optional<StoredResult> stored) {

  /** What stands under an idempotency key. */
  public record StoredResult(Payload output, int attempts) {}
}
