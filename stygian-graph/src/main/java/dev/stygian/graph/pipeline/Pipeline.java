package dev.stygian.graph.pipeline;

import java.util.List;
import java.util.Optional;

/**
 * A validated pipeline: a DAG of nodes with unique ids, joined by edges between existing nodes,
 * none twice, without a cycle. {@link PipelineParser} makes one from a file.
 *
 * @param id names the pipeline in idempotency keys; default: the file's name without its ending
 * @param source the file it came from, as the user named it
 * @param nodes in the file's order
 * @param allowPrivate whether every service may dial private and link-local addresses
 */
public record Pipeline(
    String id,
    String source,
    ExecutionSettings execution,
    InputSettings input,
    OutputSettings output,
    List<Node> nodes,
    List<Edge> edges,
    boolean allowPrivate,
    Politeness politeness,
    Optional<OnFinish> onFinish) {
  public Pipeline {
    nodes = List.copyOf(nodes);
    edges = List.copyOf(edges);
  }

  public Optional<Node> node(String nodeId) {
    return nodes.stream().filter(n -> n.id().equals(nodeId)).findFirst();
  }
}
