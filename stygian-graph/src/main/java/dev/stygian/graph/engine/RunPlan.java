package dev.stygian.graph.engine;

import dev.stygian.graph.item.Item;
import dev.stygian.graph.item.Payload;
import dev.stygian.graph.pipeline.ExecutionSettings;
import dev.stygian.graph.pipeline.ItemScopes;
import dev.stygian.graph.pipeline.Node;
import dev.stygian.graph.pipeline.Politeness;
import dev.stygian.graph.pipeline.Topology;
import dev.stygian.graph.queue.Cap;
import dev.stygian.graph.queue.Collecting;
import dev.stygian.graph.queue.IdempotencyKey;
import dev.stygian.graph.queue.LaneSpec;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunLimits;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.queue.Submission;
import dev.stygian.graph.queue.Task;
import dev.stygian.graph.queue.TaskId;
import dev.stygian.graph.service.EgressRule;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToIntFunction;
import tools.jackson.databind.JsonNode;

/** A run made ready for execution: built once per run and worker. Thread-safe. */
final class RunPlan {
  private static final long UNDELIVERED_RESULTS = 1_000_000;
  private static final long UNDELIVERED_BYTES = 256L << 20;

  private final RunId run;
  private final RunDefinition definition;
  private final Topology topology;
  private final ItemScopes scopes;
  private final Map<String, PlannedNode> nodes = new HashMap<>();
  private final List<PlannedNode> roots;
  private final List<PlannedNode> leaves;
  private final EgressRule egress;
  private final EgressRule egressOfOpenWorker;

  RunPlan(RunId run, RunDefinition definition) {
    this.run = run;
    this.definition = definition;
    this.topology = Topology.of(definition.pipeline());
    this.scopes = ItemScopes.of(definition.pipeline(), definition.fanOuts());
    String salt = definition.fresh() ? run.value() : "";
    for (Node node : topology.nodes().reversed()) { // a node's successors before the node
      nodes.put(node.id(), planned(node, salt));
    }
    this.roots = topology.roots().stream().map(n -> node(n.id())).toList();
    this.leaves = topology.leaves().stream().map(n -> node(n.id())).toList();
    Set<String> allowed = definition.site().map(RunPlan::hostAndPort).map(Set::of).orElse(Set.of());
    this.egress = new EgressRule(definition.pipeline().allowPrivate(), allowed);
    this.egressOfOpenWorker = new EgressRule(true, allowed);
  }

  private PlannedNode planned(Node node, String salt) {
    return new PlannedNode(
        node,
        nodes.size(),
        IdempotencyKey.Scope.of(
            definition.pipeline().id(),
            node.id(),
            definition.fingerprints().getOrDefault(node.id(), ""),
            salt),
        node.timeout().orElse(execution().timeout()),
        node.backoff().orElse(execution().backoff()),
        topology.predecessors(node.id()),
        topology.successors(node.id()).stream().map(this::node).toList(),
        definition.fanOuts().contains(node.id()),
        emitter(node.id()),
        collecting(node));
  }

  private Collecting collecting(Node node) {
    Optional<Collecting.Source> source = Optional.empty();
    if (node.collect()) {
      String last = topology.predecessors(node.id()).getFirst();
      source = Optional.of(new Collecting.Source(scopes.of(last).getLast(), last));
    }
    return new Collecting(
        emitter(node.id()).flatMap(scopes::collector),
        definition.fanOuts().contains(node.id()) ? scopes.collector(node.id()) : Optional.empty(),
        source);
  }

  /** The node that emits the items for which a node is executed; empty: they are submitted. */
  private Optional<String> emitter(String node) {
    List<String> scope = scopes.of(node);
    return scope.isEmpty() ? Optional.empty() : Optional.of(scope.getLast());
  }

  /** How many last nodes the items pass for which a node is executed. */
  private int ends(String node) {
    long ends =
        topology.leaves().stream()
            .filter(leaf -> !definition.fanOuts().contains(leaf.id()))
            .filter(leaf -> scopes.of(leaf.id()).equals(scopes.of(node)))
            .count();
    return (int) Math.max(1, ends); // items that are all split have none, and wait for none
  }

  RunId run() {
    return run;
  }

  RunDefinition definition() {
    return definition;
  }

  ExecutionSettings execution() {
    return definition.pipeline().execution();
  }

  /** How many nodes it has. */
  int size() {
    return nodes.size();
  }

  PlannedNode node(String id) {
    PlannedNode node = nodes.get(id);
    if (node == null) {
      throw new IllegalArgumentException("run \"" + run + "\" has no node \"" + id + "\"");
    }
    return node;
  }

  Task task(PlannedNode node, String item, Payload input, IdempotencyKey key) {
    return new Task(new TaskId(run, item, node.id()), node.service(), key, input);
  }

  Politeness politeness() {
    return definition.pipeline().politeness();
  }

  /**
   * An item that starts at every first node, in the lanes of the hosts that it visits. Whether all
   * is done that comes of it cannot be told beforehand where it will be split.
   */
  Submission submission(String id, JsonNode input, HostLanes lanes) {
    Item item = new Item(id, input);
    Payload payload = Payload.of(input);
    byte[] digest = IdempotencyKey.digest(input);
    List<Task> first = new ArrayList<>(roots.size());
    for (PlannedNode root : roots) {
      Task task = task(root, id, payload, root.scope().key(digest));
      first.add(lanes.of(this, root, item, Map.of()).map(task::in).orElse(task));
    }
    List<IdempotencyKey> last = new ArrayList<>(leaves.size());
    for (PlannedNode leaf : definition.fanOuts().isEmpty() ? leaves : List.<PlannedNode>of()) {
      last.add(leaf.scope().key(digest));
    }
    return new Submission(id, payload, first, last);
  }

  EgressRule egress(boolean workerAllowsPrivate) {
    return workerAllowsPrivate ? egressOfOpenWorker : egress;
  }

  private static String hostAndPort(URI site) {
    return site.getHost() + ":" + site.getPort();
  }

  /** What the queue is told of a run in which every item passes the whole graph. */
  RunSpec spec() {
    return spec(this::ends, topology.isWide());
  }

  /** What the queue is told of a run in which an item is a task of one node. */
  RunSpec waveSpec() {
    return spec(node -> 1, false);
  }

  private RunSpec spec(ToIntFunction<String> ends, boolean wide) {
    ExecutionSettings execution = execution();
    List<LaneSpec> lanes =
        topology.nodes().stream()
            .map(node ->
                new LaneSpec(
                    node.id(),
                    node.service(),
                    topology.level(node.id()),
                    node(node.id()).awaited(),
                    node.maxAttempts().orElse(execution.maxAttempts()),
                    node.maxLeased().orElse(Cap.NONE),
                    ends.applyAsInt(node.id()),
                    definition.fanOuts().contains(node.id()),
                    node(node.id()).collecting()))
            .toList();
    return new RunSpec(
        run,
        definition.pipeline().id(),
        definition.text(),
        lanes,
        lanes.getFirst().ends(),
        wide,
        new RunLimits(
            execution.maxDepth(),
            UNDELIVERED_RESULTS,
            UNDELIVERED_BYTES,
            execution.resultTtl(),
            execution.resultBudget(),
            execution.retention(),
            execution.visibilityTimeout(),
            execution.durability(),
            execution.weight(),
            execution.maxLeased().orElse(Cap.NONE)));
  }
}
