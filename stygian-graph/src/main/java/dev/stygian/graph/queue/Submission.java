package dev.stygian.graph.queue;

import dev.stygian.graph.item.Payload;
import java.util.List;

/**
 * One item on its way into a run.
 *
 * @param item its id, which no other item of the run has
 * @param first the tasks of the run's first nodes for this item
 * @param lastKeys the keys of the run's last nodes, in lane order: where results stand under all of
 *     them, the item is done at once; empty: never look
 */
public record Submission(
    String item, Payload input, List<Task> first, List<IdempotencyKey> lastKeys) {
  public Submission {
    first = List.copyOf(first);
    lastKeys = List.copyOf(lastKeys);
    if (first.isEmpty()) {
      throw new IllegalArgumentException("an item starts with at least one task");
    }
  }
}
