package dev.stygian.graph.engine;

import dev.stygian.graph.item.Payload;
import dev.stygian.graph.pipeline.ExecutionSettings;
import dev.stygian.graph.pipeline.Node;
import dev.stygian.graph.pipeline.Topology;
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
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** A run made ready for execution: built once per run and process. Immutable and thread-safe. */
final class RunPlan {
  private static final long UNDELIVERED_RESULTS = 1_000_000;
  private static final long UNDELIVERED_BYTES = 256L << 20;

  private final RunId run;
  private final RunDefinition definition;
  private final Topology topology;
  private final Map<String, IdempotencyKey.Scope> scopes = new HashMap<>();
  private final Map<String, Node> nodes = new HashMap<>();

  RunPlan(RunId run, RunDefinition definition) {
    this.run = run;
    this.definition = definition;
    this.topology = Topology.of(definition.pipeline());
    String salt = definition.fresh() ? run.value() : "";
    for (Node node : topology.nodes()) {
      nodes.put(node.id(), node);
      scopes.put(
          node.id(),
          IdempotencyKey.Scope.of(
              definition.pipeline().id(),
              node.id(),
              definition.fingerprints().getOrDefault(node.id(), ""),
              salt));
    }
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

  Node node(String id) {
    Node node = nodes.get(id);
    if (node == null) {
      throw new IllegalArgumentException("run \"" + run + "\" has no node \"" + id + "\"");
    }
    return node;
  }

  List<String> successors(String node) {
    return topology.successors(node);
  }

  List<String> predecessors(String node) {
    return topology.predecessors(node);
  }

  boolean isLast(String node) {
    return topology.successors(node).isEmpty();
  }

  IdempotencyKey key(String node, byte[] inputDigest) {
    IdempotencyKey.Scope scope = scopes.get(node);
    if (scope == null) {
      throw new IllegalArgumentException("run \"" + run + "\" has no node \"" + node + "\"");
    }
    return scope.key(inputDigest);
  }

  Task task(String node, String item, Payload input, byte[] inputDigest) {
    return new Task(
        new TaskId(run, item, node), node(node).service(), key(node, inputDigest), input);
  }

  /** An item that starts at every first node. */
  Submission submission(String item, JsonNode input) {
    Payload payload = Payload.of(input);
    byte[] digest = IdempotencyKey.digest(input);
    return new Submission(
        item,
        payload,
        topology.roots().stream().map(n -> task(n.id(), item, payload, digest)).toList(),
        topology.leaves().stream().map(n -> key(n.id(), digest)).toList());
  }

  Duration timeout(Node node) {
    return node.timeout().orElse(execution().timeout());
  }

  Duration backoff(Node node) {
    return node.backoff().orElse(execution().backoff());
  }

  EgressRule egress(boolean workerAllowsPrivate) {
    Set<String> allowed = definition.site().map(RunPlan::hostAndPort).map(Set::of).orElse(Set.of());
    return new EgressRule(workerAllowsPrivate || definition.pipeline().allowPrivate(), allowed);
  }

  private static String hostAndPort(URI site) {
    return site.getHost() + ":" + site.getPort();
  }

  /** What the queue is told of a run in which every item passes the whole graph. */
  RunSpec spec() {
    return spec(topology.leaves().size(), topology.isWide());
  }

  /** What the queue is told of a run in which an item is a task of one node. */
  RunSpec waveSpec() {
    return spec(1, false);
  }

  private RunSpec spec(int ends, boolean wide) {
    ExecutionSettings execution = execution();
    List<LaneSpec> lanes =
        topology.nodes().stream()
            .map(node ->
                new LaneSpec(
                    node.id(),
                    node.service(),
                    topology.level(node.id()),
                    topology.predecessors(node.id()),
                    node.maxAttempts().orElse(execution.maxAttempts())))
            .toList();
    return new RunSpec(
        run,
        definition.pipeline().id(),
        definition.text(),
        lanes,
        ends,
        wide,
        new RunLimits(
            execution.maxDepth(),
            UNDELIVERED_RESULTS,
            UNDELIVERED_BYTES,
            execution.resultTtl(),
            execution.resultBudget(),
            execution.retention(),
            execution.visibilityTimeout()));
  }
}
