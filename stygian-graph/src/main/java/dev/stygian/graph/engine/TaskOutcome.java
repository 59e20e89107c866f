package dev.stygian.graph.engine;

import dev.stygian.graph.item.Json;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * How a task of a wave ended.
 *
 * @param output what it put out; empty where it failed
 * @param errors of every attempt that failed, in order; empty where it worked
 */
public record TaskOutcome(
    WaveTask task, Optional<JsonNode> output, int attempts, List<String> errors) {
  public TaskOutcome {
    errors = List.copyOf(errors);
  }

  public boolean succeeded() {
    return output.isPresent();
  }

  /** All of it as a JSON object. */
  public JsonNode toJson() {
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    all.set("item", task.input());
    all.put("node", task.node());
    all.put("attempts", attempts);
    output.ifPresent(o -> all.set("output", o));
    if (!succeeded()) {
      ArrayNode said = all.putArray("errors");
      errors.forEach(said::add);
    }
    return all;
  }

  public String toPrettyJson() {
    return Json.pretty(toJson());
  }
}
