package dev.stygian.graph.queue;

import dev.stygian.graph.item.Payload;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A worker's time-limited, renewable, fenced right to execute a task.
 *
 * @param attempt 1 for the first; failures and lost leases both count
 * @param deadline by the queue's clock, as of the hand-out; a renewal moves it
 * @param visibility how long it lives from the hand-out, and from each renewal
 * @param inputs the stored outputs of the node's predecessors, by node id in the lane's order
 * @param stored the result that already stands under the task's key: complete with it, do not
 *     execute
 * @param startBefore by {@link System#nanoTime}: where the task visits a host that is visited at an
 *     interval, it begins before this or is handed back unused; empty: it may begin at any time
 * @param capped the nodes of the run whose tasks are counted against a {@link Cap}: each of them
 *     has to be leased, so that what goes on under this lease does not enter them
 */
public record Lease(
    LeaseToken token,
    Task task,
    int attempt,
    Instant deadline,
    Duration visibility,
    Map<String, Payload> inputs,
    Optional<StoredResult> stored,
    OptionalLong startBefore,
    Set<String> capped) {
  public Lease {
    capped = Set.copyOf(capped);
  }

  /** A lease of a task that may begin at any time. */
  public Lease(
      LeaseToken token,
      Task task,
      int attempt,
      Instant deadline,
      Duration visibility,
      Map<String, Payload> inputs,
      Optional<StoredResult> stored) {
    this(
        token, task, attempt, deadline, visibility, inputs, stored, OptionalLong.empty(), Set.of());
  }

  /** Whether the task may begin now. */
  public boolean mayStart(long nowNanos) {
    return startBefore.isEmpty() || startBefore.getAsLong() - nowNanos > 0;
  }

  /** What stands under an idempotency key. */
  public record StoredResult(Payload output, int attempts) {}
}
