package dev.stygian.graph.engine;

import dev.stygian.graph.queue.CollectedPage;
import dev.stygian.graph.queue.Lease;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The outputs of an item's parts, for the node of a lease that collects them. For the thread of its
 * attempt.
 */
final class CollectedOutputs {
  private final WorkerContext worker;
  private final Lease lease;
  private long parts;

  CollectedOutputs(WorkerContext worker, Lease lease) {
    this.worker = worker;
    this.lease = lease;
  }

  /**
   * All of them in their order; where a stored result makes them needless, none.
   *
   * @param isStopped whether nobody wants them any more
   * @return empty where that is so, or the lease is not current
   * @throws dev.stygian.graph.error.PayloadException where one of them is gone or cannot be read
   */
  Optional<JsonNode> read(BooleanSupplier isStopped) throws InterruptedException {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    long first = lease.stored().isPresent() ? Long.MAX_VALUE : 0;
    Optional<CollectedPage> page = worker.collected(lease, first);
    while (page.isPresent() && !page.get().outputs().isEmpty() && !isStopped.getAsBoolean()) {
      page.get().outputs().forEach(output -> all.add(output.decode()));
      if (all.size() >= page.get().parts()) {
        break;
      }
      page = worker.collected(lease, all.size());
    }
    page.ifPresent(last -> parts = last.parts());
    return isStopped.getAsBoolean() ? Optional.empty() : page.map(_ -> all);
  }

  /** How many there are, once they were read; before that 0. */
  long parts() {
    return parts;
  }
}
