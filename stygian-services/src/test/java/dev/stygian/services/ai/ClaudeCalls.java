package dev.stygian.services.ai;

import dev.stygian.graph.item.Item;
import dev.stygian.graph.item.Json;
import dev.stygian.graph.item.Spending;
import dev.stygian.graph.service.EgressRule;
import dev.stygian.graph.service.Fleet;
import dev.stygian.graph.service.LoneFleet;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.settings.Config;
import dev.stygian.graph.settings.Environment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Makes the calls that the engine would make. */
final class ClaudeCalls {
  static final String PAGE_URL = "https://books.example/1";

  private ClaudeCalls() {}

  static ServiceCall call(String config, Map<String, JsonNode> inputs, Environment environment) {
    return call(config, inputs, environment, new LoneFleet());
  }

  private static ServiceCall call(
      String config, Map<String, JsonNode> inputs, Environment environment, Fleet fleet) {
    return new ServiceCall(
        "books",
        "extract",
        1,
        new Item("0", JsonNodeFactory.instance.stringNode(PAGE_URL)),
        Config.of(ClaudeSettings.schemaOfConfig(), (ObjectNode) Json.parse(config), environment),
        new LinkedHashMap<>(inputs),
        EgressRule.publicOnly(),
        Optional.empty(),
        fleet);
  }

  /** A call whose only predecessor is {@code http} and fetched {@code html}. */
  static ServiceCall page(String config, String html, Environment environment) {
    return call(config, Map.of("fetch", fetched(html)), environment);
  }

  /** The same, whose fleet adds up what was spent. */
  static ServiceCall page(
      String config, String html, Environment environment, AtomicReference<Spending> spent) {
    Fleet fleet =
        new LoneFleet() {
          @Override
          public void spent(Spending spending) {
            spent.accumulateAndGet(spending, Spending::plus);
          }
        };
    return call(config, Map.of("fetch", fetched(html)), environment, fleet);
  }

  static ObjectNode fetched(String html) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("url", PAGE_URL)
        .put("status", 200)
        .put("content_type", "text/html")
        .put("body", html);
  }

  static JsonNode output(Outcome outcome) {
    if (outcome instanceof Outcome.Success success) {
      return success.output();
    }
    throw new AssertionError("expected a success, got " + outcome);
  }
}
