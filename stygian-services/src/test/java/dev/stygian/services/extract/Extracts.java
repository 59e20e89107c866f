package dev.stygian.services.extract;

import dev.stygian.graph.item.Item;
import dev.stygian.graph.item.Json;
import dev.stygian.graph.service.EgressRule;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.settings.Config;
import dev.stygian.graph.settings.Environment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tomlj.Toml;
import org.tomlj.TomlParseResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Runs {@code extract} on pages, as the engine would. */
final class Extracts {
  static final String PAGE_URL = "https://books.example/catalogue/page-1.html";

  private static final ExtractService SERVICE = new ExtractService();

  private Extracts() {}

  /** What {@code http} puts out. */
  static ObjectNode page(String contentType, String body) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("url", PAGE_URL)
        .put("final_url", PAGE_URL)
        .put("status", 200)
        .put("content_type", contentType)
        .put("body", body);
  }

  static ServiceCall call(JsonNode config, Map<String, JsonNode> inputs, JsonNode item) {
    return new ServiceCall(
        "books",
        "extract",
        1,
        new Item("0", item),
        Config.of(ExtractSchema.SCHEMA, (ObjectNode) config, Environment.of(Map.of())),
        new LinkedHashMap<>(inputs),
        EgressRule.publicOnly(),
        Optional.empty());
  }

  static Outcome run(JsonNode config, Map<String, JsonNode> inputs, JsonNode item) {
    try {
      return SERVICE.execute(call(config, inputs, item));
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts these tests", e);
    }
  }

  static Outcome run(String toml, JsonNode input) {
    return run(config(toml), Map.of("fetch", input), JsonNodeFactory.instance.stringNode(PAGE_URL));
  }

  /** The output for an HTML page. */
  static JsonNode extract(String toml, String html) {
    return output(run(toml, page("text/html", html)));
  }

  /** The only field's value, as JSON text. */
  static String value(String field, String html) {
    return extract("fields.value = " + field, html).get("value").toString();
  }

  static JsonNode output(Outcome outcome) {
    if (outcome instanceof Outcome.Success(JsonNode output)) {
      return output;
    }
    throw new AssertionError("expected a success, got " + outcome);
  }

  static String failure(Outcome outcome) {
    if (outcome instanceof Outcome.Permanent permanent) {
      return permanent.reason();
    }
    throw new AssertionError("expected a permanent failure, got " + outcome);
  }

  static JsonNode config(String toml) {
    TomlParseResult parsed = Toml.parse(toml);
    if (parsed.hasErrors()) {
      throw new AssertionError(parsed.errors() + " in\n" + toml);
    }
    return Json.parse(parsed.toJson());
  }

  /** What validation says of a config: {@code path: message}, one a line. */
  static List<String> problems(String toml) {
    List<String> all = new ArrayList<>();
    ExtractSchema.SCHEMA
        .check()
        .check(config(toml), (path, message) -> all.add(String.join(".", path) + ": " + message));
    return all;
  }
}
