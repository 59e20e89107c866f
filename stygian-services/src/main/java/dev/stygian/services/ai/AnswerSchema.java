package dev.stygian.services.ai;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.stygian.graph.error.PayloadException;
import dev.stygian.graph.item.Json;
import dev.stygian.graph.settings.ConfigSchema.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The JSON Schema that an answer must satisfy. Draft 2020-12, or the draft that {@code $schema}
 * names. References stay within the schema; nothing is ever fetched.
 */
final class AnswerSchema {
  private static final int VIOLATIONS_NAMED = 5;
  private static final List<String> REFERENCES = List.of("$ref", "$dynamicRef", "$recursiveRef");

  /** Built on first use: the drafts' own schemas cost tens of milliseconds to load. */
  private static final class Drafts {
    static final SchemaRegistry REGISTRY =
        SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12, b -> b.schemaCacheEnabled(false));
    static final SchemaRegistry META =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
  }

  private final ObjectNode json;
  private final Schema compiled;

  private AnswerSchema(ObjectNode json, Schema compiled) {
    this.json = json;
    this.compiled = compiled;
  }

  /** A schema that {@link #check} found right; as a table, or as JSON in a string. */
  static AnswerSchema of(JsonNode configured) {
    JsonNode json = configured.isString() ? Json.parse(configured.asString()) : configured;
    if (!(json instanceof ObjectNode object)) {
      throw new PayloadException("\"schema\" is no JSON object; write a JSON Schema");
    }
    return new AnswerSchema(object, Drafts.REGISTRY.getSchema(object));
  }

  /** Reports all that is wrong with the value of the config key {@code schema}. */
  static void check(JsonNode configured, Report report) {
    JsonNode json = configured;
    if (configured.isString()) {
      try {
        json = Json.parse(configured.asString());
      } catch (PayloadException e) {
        report.problem(
            List.of("schema"),
            "the schema is a string that holds no JSON: "
                + Utf8Limit.brief(String.valueOf(e.getMessage()))
                + "; write a JSON Schema as a table or as JSON text");
        return;
      }
    }
    if (!json.isObject()) {
      report.problem(
          List.of("schema"), "a schema is a table; write one such as { type = \"object\" }");
      return;
    }
    List<Found> found = problems(json);
    for (Found one : found) {
      List<String> path = new ArrayList<>(List.of("schema"));
      if (!configured.isString()) {
        path.addAll(one.path());
      }
      report.problem(path, one.message());
    }
  }

  private record Found(List<String> path, String message) {}

  private static List<Found> problems(JsonNode schema) {
    JsonNode dialect = schema.path("$schema");
    if (!dialect.isMissingNode()
        && SpecificationVersion.fromDialectId(dialect.asString("")).isEmpty()) {
      return List.of(
          new Found(
              List.of("$schema"),
              "no JSON Schema draft has this id; leave $schema out for draft 2020-12"));
    }
    List<Found> found = new ArrayList<>();
    references(schema, new ArrayList<>(), found);
    SpecificationVersion draft =
        SpecificationVersion.fromSchemaNode(schema).orElse(SpecificationVersion.DRAFT_2020_12);
    Schema meta =
        Drafts.META.getSchema(com.networknt.schema.SchemaLocation.of(draft.getDialectId()));
    for (Error error : meta.validate(schema)) {
      found.add(
          new Found(
              pathOf(error),
              "not a valid JSON Schema: " + Utf8Limit.brief(String.valueOf(error.getMessage()))));
    }
    if (found.isEmpty()) {
      try {
        Drafts.REGISTRY.getSchema(schema).initializeValidators();
      } catch (SchemaException | IllegalArgumentException e) {
        found.add(
            new Found(
                List.of(),
                "not a usable JSON Schema: " + Utf8Limit.brief(String.valueOf(e.getMessage()))));
      }
    }
    return found;
  }

  private static void references(JsonNode node, List<String> path, List<Found> found) {
    for (String key : REFERENCES) {
      JsonNode target = node.path(key);
      if (target.isString() && !target.asString().startsWith("#")) {
        List<String> at = new ArrayList<>(path);
        at.add(key);
        found.add(
            new Found(
                at,
                "schemas are not fetched; put the definition under $defs and refer to it as"
                    + " #/$defs/NAME"));
      }
    }
    if (node.isObject()) {
      node.properties().forEach(e -> references(e.getValue(), with(path, e.getKey()), found));
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        references(node.get(i), with(path, String.valueOf(i)), found);
      }
    }
  }

  private static List<String> with(List<String> path, String step) {
    List<String> longer = new ArrayList<>(path);
    longer.add(step);
    return longer;
  }

  private static List<String> pathOf(Error error) {
    List<String> path = new ArrayList<>();
    for (int i = 0; i < error.getInstanceLocation().getNameCount(); i++) {
      path.add(String.valueOf(error.getInstanceLocation().getElement(i)));
    }
    return path;
  }

  ObjectNode json() {
    return json;
  }

  /** What in {@code answer} breaks the schema, bounded; empty where nothing does. */
  String violations(JsonNode answer) {
    List<Error> errors = compiled.validate(answer);
    String named =
        errors.stream()
            .limit(VIOLATIONS_NAMED)
            .map(e -> Utf8Limit.brief(e.toString()))
            .collect(Collectors.joining("; "));
    return errors.size() > VIOLATIONS_NAMED
        ? named + "; and " + (errors.size() - VIOLATIONS_NAMED) + " more"
        : named;
  }
}
