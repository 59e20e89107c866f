package dev.stygian.services.basic;

import dev.stygian.graph.service.ServiceCall;
import tools.jackson.databind.JsonNode;

/** What a service that does nothing puts out. */
final class Passing {
  static final String OUTPUT = "output";
  static final String OUTPUT_HELP =
      "what it puts out, as it stands; default: its input (a join's inputs by node id)";

  private Passing() {}

  static JsonNode output(ServiceCall call) {
    return call.config().json(OUTPUT).orElseGet(call::given);
  }
}
