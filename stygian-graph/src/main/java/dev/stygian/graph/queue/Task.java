package dev.stygian.graph.queue;

import dev.stygian.graph.item.Payload;
import java.util.Optional;

/**
 * The unit of work in the queue.
 *
 * @param service canonical name; only workers that offer it get the task
 * @param key what makes a repeat return the stored result
 * @param input the item's input, which every node of the item sees
 * @param hostLane where it waits, if it visits a host; else with the other tasks of its node
 */
public record Task(
    TaskId id, String service, IdempotencyKey key, Payload input, Optional<HostLane> hostLane) {
  /** A task that visits no host. */
  public Task(TaskId id, String service, IdempotencyKey key, Payload input) {
    this(id, service, key, input, Optional.empty());
  }

  /** The same task in a lane. */
  public Task in(HostLane lane) {
    return new Task(id, service, key, input, Optional.of(lane));
  }

  /** The same task among the others of its node. */
  public Task inNoLane() {
    return new Task(id, service, key, input);
  }
}
