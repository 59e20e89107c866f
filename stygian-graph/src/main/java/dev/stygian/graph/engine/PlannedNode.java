package dev.stygian.graph.engine;

import dev.stygian.graph.pipeline.Node;
import dev.stygian.graph.queue.Collecting;
import dev.stygian.graph.queue.IdempotencyKey;
import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.settings.Config;
import dev.stygian.graph.settings.Environment;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A node of a run with all that its executions ask for again and again. Thread-safe. */
final class PlannedNode {
  private final Node node;
  private final int index;
  private final IdempotencyKey.Scope scope;
  private final Duration timeout;
  private final Duration backoff;
  private final List<String> predecessors;
  private final List<PlannedNode> successors;
  private final boolean fansOut;
  private final Optional<String> emitter;
  private final Collecting collecting;
  private final List<String> awaited;
  private volatile @Nullable Ready ready;
  private volatile @Nullable CappedStretch stretch;
  private volatile @Nullable Config config;
  private volatile @Nullable Boolean visitsHosts;

  /** What executes the node; the config's references to the environment stay unresolved. */
  record Ready(ScrapingService service, Config config) {}

  private record CappedStretch(Set<String> capped, Stretch stretch) {}

  PlannedNode(
      Node node,
      int index,
      IdempotencyKey.Scope scope,
      Duration timeout,
      Duration backoff,
      List<String> predecessors,
      List<PlannedNode> successors,
      boolean fansOut,
      Optional<String> emitter,
      Collecting collecting) {
    this.node = node;
    this.index = index;
    this.scope = scope;
    this.timeout = timeout;
    this.backoff = backoff;
    this.predecessors = List.copyOf(predecessors);
    this.successors = List.copyOf(successors);
    this.fansOut = fansOut;
    this.emitter = emitter;
    this.collecting = collecting;
    this.awaited =
        this.predecessors.stream()
            .filter(id -> !emitter.equals(Optional.of(id)) && !node.collect())
            .toList();
  }

  String id() {
    return node.id();
  }

  /** Its place among the nodes of its run, from 0. */
  int index() {
    return index;
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

  /** Ids, in the order of the edges. */
  List<String> predecessors() {
    return predecessors;
  }

  /** Those of them that are executed for the same item, and not for the parts of it. */
  List<String> awaited() {
    return awaited;
  }

  /** Whether it splits its items into others, for which its successors are executed. */
  boolean fansOut() {
    return fansOut;
  }

  /** The node that emits the items for which this one is executed; empty: they are submitted. */
  Optional<String> emitter() {
    return emitter;
  }

  /** Which node gets what together, as the queue is told. */
  Collecting collecting() {
    return collecting;
  }

  /** Whether it waits for all parts of an item, which others are executed for. */
  boolean collects() {
    return collecting.source().isPresent();
  }

  List<PlannedNode> successors() {
    return successors;
  }

  boolean isLast() {
    return successors.isEmpty();
  }

  /** Whether its output is written before a successor uses it, since losing it would cost. */
  boolean isWrittenFirst() {
    return node.checkpoint() || node.service().startsWith("ai_");
  }

  /** What follows this node under its lease; made once for the same caps, like {@link #ready}. */
  Stretch stretch(WorkerContext worker, Set<String> capped) {
    CappedStretch made = stretch;
    if (made == null || !made.capped.equals(capped)) {
      made = new CappedStretch(capped, Stretch.from(this, worker, capped));
      stretch = made;
    }
    return made.stretch;
  }

  /** Made once: a plan serves the one registry of its worker or submitter. */
  Ready ready(WorkerContext worker) {
    Ready made = ready;
    if (made == null) {
      ScrapingService service = worker.service(node.service());
      made = new Ready(service, config(service, worker.environment()));
      ready = made;
    }
    return made;
  }

  /** The node's config with the service's defaults; made once, likewise. */
  Config config(ScrapingService service, Environment environment) {
    Config made = config;
    if (made == null) {
      made = Config.of(service.descriptor().config(), node.config(), environment);
      config = made;
    }
    return made;
  }

  /** Whether executing it visits hosts, as far as that is known here; found once, likewise. */
  boolean visitsHosts(HostLanes lanes) {
    Boolean found = visitsHosts;
    if (found == null) {
      found = lanes.visitsHosts(node.service());
      visitsHosts = found;
    }
    return found;
  }
}
