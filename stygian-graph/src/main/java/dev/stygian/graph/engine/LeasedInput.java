package dev.stygian.graph.engine;

import dev.stygian.graph.item.Item;
import dev.stygian.graph.item.Payload;
import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.RunId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.JsonNode;

/** What the node of a lease reads. For the thread of its attempt. */
final class LeasedInput {
  private final WorkerContext worker;
  private final Lease lease;
  private volatile long parts;

  LeasedInput(WorkerContext worker, Lease lease) {
    this.worker = worker;
    this.lease = lease;
  }

  /**
   * All of it.
   *
   * @param given the item as it lies in the queue
   * @param item as the nodes see it
   * @param inputs outputs of predecessors, by their ids
   */
  record Read(JsonNode given, Item item, Map<String, JsonNode> inputs) {}

  /**
   * Reads it.
   *
   * @param isStopped whether nobody wants it any more
   * @return empty where that is so, or the lease is not current
   * @throws dev.stygian.graph.error.PayloadException where some of it cannot be read
   * @throws dev.stygian.graph.error.BlobUnavailableException where some of it cannot be read now
   */
  Optional<Read> read(RunPlan plan, BooleanSupplier isStopped) throws InterruptedException {
    PlannedNode leased = plan.node(lease.task().id().node());
    JsonNode given = given(plan);
    JsonNode seen = leased.emitter().isEmpty() ? given : Part.value(given);
    Item item = new Item(lease.task().id().item(), seen);
    if (leased.collects()) {
      String from = leased.predecessors().getFirst();
      CollectedOutputs collected = new CollectedOutputs(worker, lease);
      Optional<JsonNode> all = collected.read(isStopped);
      parts = collected.parts();
      return all.map(outputs -> new Read(given, item, Map.of(from, outputs)));
    }
    return Optional.of(new Read(given, item, inputs(leased, item)));
  }

  /** The task's input; of a run that follows another, how that one ended. */
  private JsonNode given(RunPlan plan) {
    Optional<RunId> after = plan.definition().after();
    return after.isEmpty()
        ? lease.task().input().decode()
        : StatusJson.of(worker.status(after.get()));
  }

  /** Outputs that came with the lease, or what the item was emitted as. */
  private Map<String, JsonNode> inputs(PlannedNode leased, Item item) {
    if (leased.predecessors().isEmpty()) {
      return Map.of();
    }
    Map<String, JsonNode> all = LinkedHashMap.newLinkedHashMap(leased.predecessors().size());
    for (String id : leased.predecessors()) {
      Payload kept = lease.inputs().get(id);
      if (kept != null) {
        all.put(id, kept.decode());
      } else if (leased.emitter().equals(Optional.of(id))) {
        all.put(id, item.input());
      }
    }
    return all;
  }

  /** How many parts were collected; before they were read 0. */
  long parts() {
    return parts;
  }
}
