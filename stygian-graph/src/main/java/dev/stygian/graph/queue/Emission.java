package dev.stygian.graph.queue;

import dev.stygian.graph.item.Payload;
import java.util.List;

/**
 * An item that an execution found, on its way into the same run.
 *
 * @param item its id, which says what it is: one that the run has had is a duplicate
 * @param first the tasks that it begins with
 */
public record Emission(String item, Payload input, List<Task> first) {
  public Emission {
    first = List.copyOf(first);
    if (first.isEmpty()) {
      throw new IllegalArgumentException("an item starts with at least one task");
    }
  }
}
