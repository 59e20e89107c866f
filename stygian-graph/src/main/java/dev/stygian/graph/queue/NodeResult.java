package dev.stygian.graph.queue;

import dev.stygian.graph.item.Payload;

/**
 * The output of one executed node, to be booked.
 *
 * @param attempts how many it took
 * @param last whether it is a last node, whose output is a result of the item
 * @param keep whether a task that is not executed yet reads this output
 */
public record NodeResult(
    String node, IdempotencyKey key, Payload output, int attempts, boolean last, boolean keep) {

  /** The output of a task that nothing follows. */
  static NodeResult of(Lease lease, Payload output, boolean last) {
    Task task = lease.task();
    return new NodeResult(task.id().node(), task.key(), output, lease.attempt(), last, false);
  }
}
