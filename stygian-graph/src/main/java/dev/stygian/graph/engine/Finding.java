package dev.stygian.graph.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stygian.graph.item.Item;
import dev.stygian.graph.item.Payload;
import dev.stygian.graph.queue.Collecting;
import dev.stygian.graph.queue.Emission;
import dev.stygian.graph.queue.IdempotencyKey;
import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.NodeResult;
import dev.stygian.graph.queue.Task;
import dev.stygian.graph.service.Found;
import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.service.ServiceDescriptor.Finds;
import dev.stygian.graph.settings.Sha256;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Puts what one execution of a node finds, or splits its item into, into the run of its lease. For
 * the execution's thread.
 */
final class Finding implements RunFleet.Finder {
  /** Two of ten million identities get one id with a chance of 1 in 10^15. */
  private static final int ID_BYTES = 12;

  /** A path of nodes that would be a longer id is digested, where nobody has to read it. */
  private static final int LONGEST_ID = 1000;

  private final WorkerContext worker;
  private final Lease lease;
  private final RunPlan plan;
  private final PlannedNode node;
  private final ScrapingService service;
  private final JsonNode item;
  private final Runnable leaseLost;
  private Part.@Nullable Source source;
  private long emitted;

  /**
   * Nothing was found yet.
   *
   * @param item of the lease, as it lies in the queue
   * @param leaseLost told where the task is somebody else's by now
   */
  Finding(
      WorkerContext worker,
      Lease lease,
      RunPlan plan,
      PlannedNode node,
      ScrapingService service,
      JsonNode item,
      Runnable leaseLost) {
    this.worker = worker;
    this.lease = lease;
    this.plan = plan;
    this.node = node;
    this.service = service;
    this.item = item;
    this.leaseLost = leaseLost;
  }

  /** Made with the first item: most executions find none. */
  private Part.Source source() {
    Part.Source made = source;
    if (made == null) {
      made = new Part.Source(item, node.emitter().isPresent());
      source = made;
    }
    return made;
  }

  @Override
  public void found(List<Found> items, long limit) throws InterruptedException {
    require(service.descriptor().finds() == Finds.MORE_OF_ITS_OWN, "found");
    List<Emission> all = new ArrayList<>(items.size());
    for (Found each : items) {
      Item found = new Item(digested(each.identity()), each.input());
      Payload payload = Payload.of(source().another(each.input()));
      Task task = begin(node, found, payload, Map.of());
      all.add(new Emission(found.id(), payload, List.of(task)));
    }
    requireCurrent(worker.emit(lease, all, limit));
  }

  @Override
  public void emit(List<JsonNode> values) throws InterruptedException {
    require(node.fansOut(), "emitted");
    List<Emission> all = new ArrayList<>(values.size());
    long index = emitted;
    for (JsonNode value : values) {
      all.add(part(value, index));
      index++;
    }
    requireCurrent(worker.emitParts(lease, all, emitted));
    emitted = index;
  }

  private Emission part(JsonNode value, long index) {
    String path = Collecting.part(lease.task().id().item(), node.id(), index);
    boolean isDigested = path.length() > LONGEST_ID && node.collecting().partsAt().isEmpty();
    Item part = new Item(isDigested ? digested(path) : path, value);
    Payload payload = Payload.of(source().part(value, index));
    if (node.isLast()) {
      IdempotencyKey key = node.scope().key(IdempotencyKey.digest(value));
      NodeResult result =
          new NodeResult(node.id(), key, Payload.of(value), lease.attempt(), true, false);
      return new Emission(part.id(), payload, List.of(), Optional.of(result));
    }
    List<Task> first = new ArrayList<>(1);
    for (PlannedNode next : node.successors()) {
      if (next.awaited().isEmpty()) {
        first.add(begin(next, part, payload, Map.of(node.id(), value)));
      }
    }
    return new Emission(part.id(), payload, first);
  }

  private Task begin(PlannedNode first, Item its, Payload payload, Map<String, JsonNode> inputs) {
    IdempotencyKey key = first.scope().key(IdempotencyKey.digest(its.input()));
    Task task = plan.task(first, its.id(), payload, key);
    return worker.hostLanes().of(plan, first, its, inputs).map(task::in).orElse(task);
  }

  private void require(boolean isDeclared, String what) {
    if (!isDeclared) {
      throw new IllegalStateException(
          "the service \"" + node.service() + "\" " + what + " items, which it does not declare");
    }
  }

  private void requireCurrent(boolean isCurrent) throws InterruptedException {
    if (!isCurrent) {
      leaseLost.run();
      throw new InterruptedException("the lease was lost while items were found");
    }
  }

  private static String digested(String identity) {
    byte[] digest = Arrays.copyOf(Sha256.of(identity.getBytes(UTF_8)), ID_BYTES);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
  }
}
