package dev.stygian.graph.engine;

import dev.stygian.graph.item.Item;
import dev.stygian.graph.item.Payload;
import dev.stygian.graph.queue.IdempotencyKey;
import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.NodeResult;
import dev.stygian.graph.queue.Progress;
import dev.stygian.graph.queue.Release;
import dev.stygian.graph.queue.Task;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What one attempt has executed so far; the outputs are in memory. */
final class Executed {
  private final RunPlan plan;
  private final Lease lease;
  private final Item item;
  private final HostLanes lanes;
  private final @Nullable Output[] byNode;
  private final List<Output> inOrder = new ArrayList<>(4);

  private record Output(
      PlannedNode node, JsonNode value, @Nullable Payload encoded, int attempts) {}

  Executed(RunPlan plan, Lease lease, Item item, HostLanes lanes) {
    this.plan = plan;
    this.lease = lease;
    this.item = item;
    this.lanes = lanes;
    this.byNode = new @Nullable Output[plan.size()];
  }

  /**
   * Adds an output that will be written.
   *
   * @throws dev.stygian.graph.error.PayloadException where it is too large for that
   */
  void addWritten(PlannedNode node, Item item, JsonNode value, int attempts) {
    add(node, value, encode(item, value), attempts);
  }

  /** Adds an output that is as stored. */
  void addStored(PlannedNode node, Lease.StoredResult stored) {
    add(node, stored.output().decode(), stored.output(), stored.attempts());
  }

  /** Adds an output that is encoded only if its successors do not work. */
  void addPassed(PlannedNode node, JsonNode value, int attempts) {
    add(node, value, null, attempts);
  }

  private void add(PlannedNode node, JsonNode value, @Nullable Payload encoded, int attempts) {
    Output output = new Output(node, value, encoded, attempts);
    byNode[node.index()] = output;
    inOrder.add(output);
  }

  /**
   * The bytes of a value. Where a service puts out the item itself they are known; an object or an
   * array may have been changed meanwhile, a text or a number cannot.
   */
  private Payload encode(Item item, JsonNode value) {
    return value.isValueNode()
            && plan.node(lease.task().id().node()).emitter().isEmpty()
            && value.equals(item.input())
        ? lease.task().input()
        : Payload.of(value);
  }

  /** The outputs of a node's predecessors, all of which were executed, by id. */
  Map<String, JsonNode> inputsOf(PlannedNode node) {
    if (node.predecessors().size() == 1) {
      String id = node.predecessors().getFirst();
      return Map.of(id, output(id));
    }
    Map<String, JsonNode> inputs = LinkedHashMap.newLinkedHashMap(node.predecessors().size());
    for (String id : node.predecessors()) {
      boolean emittedIt = node.emitter().equals(Optional.of(id));
      inputs.put(id, emittedIt ? item.input() : output(id));
    }
    return inputs;
  }

  private JsonNode output(String node) {
    Output output = byNode[plan.node(node).index()];
    if (output == null) {
      throw new IllegalStateException("node \"" + node + "\" was not executed here");
    }
    return output.value;
  }

  /** The task of a node for the item of this lease. */
  Task task(PlannedNode node) {
    Task leased = lease.task();
    return plan.task(node, leased.id().item(), leased.input(), key(node));
  }

  /** A task of a node that reads this output; one that joins several finds its host later. */
  private Task released(PlannedNode next, Output output) {
    Task task = task(next);
    return next.predecessors().size() > 1
        ? task
        : lanes
            .of(plan, next, item, Map.of(output.node.id(), output.value))
            .map(task::in)
            .orElse(task);
  }

  private IdempotencyKey key(PlannedNode node) {
    Task leased = lease.task();
    return node.id().equals(leased.id().node()) ? leased.key() : node.scope().key(leased.key());
  }

  /**
   * What the queue has to book where an item has become others: nothing of it goes on, or what
   * waits for all of these.
   */
  Progress became(PlannedNode last) {
    List<String> passed = new ArrayList<>(inOrder.size() + 1);
    inOrder.forEach(output -> passed.add(output.node.id()));
    passed.add(last.id());
    List<Release> releases = new ArrayList<>(1);
    last.collecting()
        .partsAt()
        .ifPresent(collector -> releases.add(new Release(task(plan.node(collector)), 1)));
    return new Progress(passed, List.of(), releases);
  }

  /**
   * What the queue has to book: outputs that somebody else reads are written, with the tasks that
   * wait for them; the others were handed on.
   *
   * @param failed the node that did not work, which the queue gets as a task by other means; null
   *     where all did
   * @throws dev.stygian.graph.error.PayloadException where an output that was handed on must be
   *     written now and is too large for that
   */
  Progress progress(@Nullable PlannedNode failed) {
    List<String> passed = new ArrayList<>(inOrder.size());
    List<NodeResult> results = new ArrayList<>(1);
    List<Release> releases = new ArrayList<>();
    for (Output output : inOrder) {
      PlannedNode node = output.node;
      boolean isRead = false;
      for (PlannedNode next : node.successors()) {
        if (byNode[next.index()] == null) {
          isRead = true;
          if (next != failed && !next.collects()) { // that one the queue releases by itself
            releases.add(new Release(released(next, output), next.awaited().size()));
          }
        }
      }
      if (isRead || node.isLast()) {
        Payload encoded = output.encoded == null ? Payload.of(output.value) : output.encoded;
        results.add(
            new NodeResult(node.id(), key(node), encoded, output.attempts, node.isLast(), isRead));
      } else {
        passed.add(node.id());
      }
    }
    return new Progress(passed, results, releases);
  }
}
