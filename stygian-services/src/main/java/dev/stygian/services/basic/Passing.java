package dev.stygian.services.basic;

import dev.stygian.graph.service.ServiceCall;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What a service that does nothing puts out. */
final class Passing {
  static final String OUTPUT = "output";
  static final String OUTPUT_HELP =
      "what it puts out, as it stands; default: its input (a join's inputs by node id)";

  private Passing() {}

  static JsonNode output(ServiceCall call) {
    return call.config().json(OUTPUT).or(call::input).orElseGet(() -> inputs(call));
  }

  private static JsonNode inputs(ServiceCall call) {
    if (call.inputs().isEmpty()) {
      return call.item().input();
    }
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    call.inputs().forEach(all::set);
    return all;
  }
}
