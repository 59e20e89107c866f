package dev.stygian.graph.engine;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * One task of a wave: a node to be executed for an input.
 *
 * @param service the service's name or alias
 */
public record WaveTask(String node, String service, ObjectNode config, JsonNode input) {
  /** A task of a node without config, for a URL. */
  public static WaveTask of(String node, String service, String url) {
    return new WaveTask(
        node,
        service,
        JsonNodeFactory.instance.objectNode(),
        JsonNodeFactory.instance.stringNode(url));
  }
}
