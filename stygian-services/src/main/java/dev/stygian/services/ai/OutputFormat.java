package dev.stygian.services.ai;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The form of a schema that the API itself enforces (structured outputs take a part of JSON Schema
 * only). References are written out, objects are closed, and a constraint that the API does not
 * know moves into the description, where the model reads it; {@link AnswerSchema} still checks it.
 * What has no such form (recursion, objects with free keys, values of any type) is asked for in the
 * prompt instead.
 */
final class OutputFormat {
  private static final int MAX_PARTS = 1000;
  private static final Set<String> COPIED = Set.of("type", "title", "default", "required");
  private static final Set<String> FORMATS =
      Set.of(
          "date-time",
          "time",
          "date",
          "duration",
          "email",
          "hostname",
          "uri",
          "ipv4",
          "ipv6",
          "uuid");
  private static final Set<String> NOT_CONSTRAINTS =
      Set.of(
          "$schema",
          "$id",
          "$defs",
          "definitions",
          "$ref",
          "$comment",
          "$anchor",
          "examples",
          "description",
          "additionalProperties",
          "properties",
          "items",
          "anyOf",
          "oneOf");
  private static final Set<String> INEXPRESSIBLE =
      Set.of(
          "patternProperties",
          "allOf",
          "$dynamicRef",
          "$recursiveRef",
          "$anchor",
          "prefixItems",
          "unevaluatedProperties");

  private final JsonNode root;
  private final Deque<String> references = new ArrayDeque<>();
  private int parts;

  private OutputFormat(JsonNode root) {
    this.root = root;
  }

  /** Thrown and caught in this class alone, to leave the recursion. */
  private static final class InexpressibleException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    InexpressibleException() {
      super(null, null, false, false);
    }
  }

  static Optional<ObjectNode> of(AnswerSchema schema) {
    try {
      ObjectNode format = new OutputFormat(schema.json()).part(schema.json());
      return format.path("type").asString("").equals("object")
          ? Optional.of(format)
          : Optional.empty();
    } catch (InexpressibleException e) {
      return Optional.empty();
    }
  }

  private ObjectNode part(JsonNode schema) {
    if (!schema.isObject() || ++parts > MAX_PARTS || INEXPRESSIBLE.stream().anyMatch(schema::has)) {
      throw new InexpressibleException();
    }
    if (schema.has("$ref")) {
      return referenced(schema);
    }
    ObjectNode part = JsonNodeFactory.instance.objectNode();
    ObjectNode moved = JsonNodeFactory.instance.objectNode();
    schema
        .properties()
        .forEach(e -> {
          if (isCopied(e.getKey(), e.getValue())) {
            part.set(e.getKey(), e.getValue());
          } else if (!NOT_CONSTRAINTS.contains(e.getKey())) {
            moved.set(e.getKey(), e.getValue());
          }
        });
    if (schema.has("properties") || mentions(schema, "object")) {
      closeTo(schema, part);
    }
    if (schema.has("items")) {
      part.set("items", part(schema.get("items")));
    } else if (mentions(schema, "array")) {
      throw new InexpressibleException();
    }
    for (String choice : new String[] {"anyOf", "oneOf"}) {
      if (schema.has(choice)) {
        ArrayNode choices = part.putArray("anyOf");
        schema.get(choice).forEach(c -> choices.add(part(c)));
      }
    }
    if (!part.has("type") && !part.has("enum") && !part.has("const") && !part.has("anyOf")) {
      throw new InexpressibleException();
    }
    describe(schema, part, moved);
    return part;
  }

  /** An object of the named properties alone. */
  private void closeTo(JsonNode schema, ObjectNode part) {
    JsonNode properties = schema.path("properties");
    if (properties.isEmpty() || schema.path("additionalProperties").isObject()) {
      throw new InexpressibleException();
    }
    if (!part.has("type")) {
      part.put("type", "object");
    }
    ObjectNode closed = part.putObject("properties");
    properties.properties().forEach(e -> closed.set(e.getKey(), part(e.getValue())));
    part.put("additionalProperties", false);
  }

  private ObjectNode referenced(JsonNode schema) {
    String reference = schema.get("$ref").asString();
    if (!reference.startsWith("#/") || references.contains(reference)) {
      throw new InexpressibleException();
    }
    JsonNode target = root.at(reference.substring(1));
    references.push(reference);
    ObjectNode part = part(target);
    references.pop();
    JsonNode description = schema.get("description");
    if (description != null) {
      part.set("description", description);
    }
    return part;
  }

  private static boolean isCopied(String key, JsonNode value) {
    return switch (key) {
      case "enum" -> value.valueStream().allMatch(JsonNode::isValueNode);
      case "const" -> value.isValueNode();
      case "format" -> FORMATS.contains(value.asString(""));
      case "minItems" -> value.asInt(2) <= 1;
      default -> COPIED.contains(key);
    };
  }

  private static boolean mentions(JsonNode schema, String type) {
    JsonNode types = schema.path("type");
    return types.isArray()
        ? types.valueStream().anyMatch(t -> t.asString("").equals(type))
        : types.asString("").equals(type);
  }

  private static void describe(JsonNode schema, ObjectNode part, ObjectNode moved) {
    String description = schema.path("description").asString("");
    if (!moved.isEmpty()) {
      description = (description + " Must also satisfy: " + moved).strip();
    }
    if (!description.isEmpty()) {
      part.put("description", description);
    }
  }
}
