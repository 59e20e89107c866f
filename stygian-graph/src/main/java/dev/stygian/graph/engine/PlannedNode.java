package dev.stygian.graph.engine;

import dev.stygian.graph.pipeline.Node;
import dev.stygian.graph.queue.IdempotencyKey;
import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.settings.Config;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A node of a run with all that its executions ask for again and again. Thread-safe. */
final class PlannedNode {
  private final Node node;
  private final IdempotencyKey.Scope scope;
  private final Duration timeout;
  private final Duration backoff;
  private final int predecessors;
  private final List<PlannedNode> successors;
  private volatile @Nullable Ready ready;

  /** What executes the node; the config's references to the environment stay unresolved. */
  record Ready(ScrapingService service, Config config) {}

  PlannedNode(
      Node node,
      IdempotencyKey.Scope scope,
      Duration timeout,
      Duration backoff,
      int predecessors,
      List<PlannedNode> successors) {
    this.node = node;
    this.scope = scope;
    this.timeout = timeout;
    this.backoff = backoff;
    this.predecessors = predecessors;
    this.successors = List.copyOf(successors);
  }

  String id() {
    return node.id();
  }

  String service() {
    return node.service();
  }

  IdempotencyKey.Scope scope() {
    return scope;
  }

  Duration timeout() {
    return timeout;
  }

  Duration backoff() {
    return backoff;
  }

  int predecessors() {
    return predecessors;
  }

  List<PlannedNode> successors() {
    return successors;
  }

  boolean isLast() {
    return successors.isEmpty();
  }

  /** The node that may go on with the output in memory; null where the chain ends here. */
  @Nullable PlannedNode chained() {
    if (successors.size() != 1 || node.checkpoint() || node.service().startsWith("ai_")) {
      return null;
    }
    PlannedNode successor = successors.getFirst();
    return successor.predecessors == 1 ? successor : null;
  }

  /** Made once: a plan serves the one registry of its worker. */
  Ready ready(WorkerContext worker) {
    Ready made = ready;
    if (made == null) {
      ScrapingService service = worker.service(node.service());
      made =
          new Ready(
              service,
              Config.of(service.descriptor().config(), node.config(), worker.environment()));
      ready = made;
    }
    return made;
  }
}
