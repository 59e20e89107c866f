package dev.stygian.graph.service;

import dev.stygian.graph.item.Item;
import dev.stygian.graph.settings.Config;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a service is given: everything it may depend on.
 *
 * @param node the node's id, for messages
 * @param attempt 1 for the first
 * @param inputs the outputs of the node's predecessors by node id, in the order of the edges; empty
 *     for a first node, and where only the host is asked for, those that are known already; for a
 *     node that collects, an array of its predecessor's outputs for all parts of the item
 * @param egress which addresses may be dialled
 * @param site where relative URLs start: the server of {@code [input] serve}; empty without one
 * @param fleet what the execution shares with others
 */
public record ServiceCall(
    String pipelineId,
    String node,
    int attempt,
    Item item,
    Config config,
    Map<String, JsonNode> inputs,
    EgressRule egress,
    Optional<URI> site,
    Fleet fleet) {
  /** A call that is part of no fleet, as tests make it. */
  public ServiceCall(
      String pipelineId,
      String node,
      int attempt,
      Item item,
      Config config,
      Map<String, JsonNode> inputs,
      EgressRule egress,
      Optional<URI> site) {
    this(pipelineId, node, attempt, item, config, inputs, egress, site, new LoneFleet());
  }

  /** The output of the only predecessor; empty for a first node and for a join. */
  public Optional<JsonNode> input() {
    return inputs.size() == 1 ? Optional.of(inputs.values().iterator().next()) : Optional.empty();
  }

  /**
   * All that it is given: the output of the only predecessor, those of several by node id, or the
   * item's own input. A join's object is the caller's to change, the rest is not.
   */
  public JsonNode given() {
    return switch (inputs.size()) {
      case 0 -> item.input();
      case 1 -> inputs.values().iterator().next();
      default -> {
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        inputs.forEach(all::set);
        yield all;
      }
    };
  }
}
