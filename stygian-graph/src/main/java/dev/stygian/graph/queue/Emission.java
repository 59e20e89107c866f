package dev.stygian.graph.queue;

import dev.stygian.graph.item.Payload;
import java.util.List;
import java.util.Optional;

/**
 * An item that an execution found or emitted, on its way into the same run.
 *
 * @param item its id, which says what it is: one that the run has had is a duplicate
 * @param first the tasks that it begins with
 * @param result where it begins with none: nothing is left to do for it, and this is its result
 */
public record Emission(String item, Payload input, List<Task> first, Optional<NodeResult> result) {
  public Emission {
    first = List.copyOf(first);
    if (first.isEmpty() == result.isEmpty()) {
      throw new IllegalArgumentException("an item starts with a task, or is a result already");
    }
  }

  /** An item that begins with tasks. */
  public Emission(String item, Payload input, List<Task> first) {
    this(item, input, first, Optional.empty());
  }
}
