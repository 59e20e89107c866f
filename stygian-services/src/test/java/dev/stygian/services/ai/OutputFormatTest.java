package dev.stygian.services.ai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.item.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputFormatTest {
  private static AnswerSchema schema(String json) {
    return AnswerSchema.of(Json.parse(json));
  }

  @Test
  void referencesAreWrittenOutObjectsClosedAndUnknownConstraintsDescribed() {
    AnswerSchema schema =
        schema(
            """
            {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
             "required": ["title"], "additionalProperties": true,
             "properties": {
               "title": {"type": "string", "description": "As printed.", "maxLength": 80},
               "seen": {"type": "string", "format": "date"},
               "tags": {"type": "array", "minItems": 1, "items": {"enum": ["a", "b"]}},
               "sizes": {"type": "array", "minItems": 3, "items": {"type": "integer"}},
               "price": {"$ref": "#/$defs/money", "description": "Now."},
               "old": {"oneOf": [{"$ref": "#/$defs/money"}, {"type": "null"}]}},
             "$defs": {"money": {"properties": {"cents": {"type": "integer", "minimum": 0}}}}}\
            """);

    assertThat(OutputFormat.of(schema))
        .contains(
            (tools.jackson.databind.node.ObjectNode)
                Json.parse(
                    """
                    {"type": "object", "required": ["title"], "properties": {
                       "title": {"type": "string",
                         "description": "As printed. Must also satisfy: {\\"maxLength\\":80}"},
                       "seen": {"type": "string", "format": "date"},
                       "tags": {"type": "array", "minItems": 1, "items": {"enum": ["a", "b"]}},
                       "sizes": {"type": "array", "items": {"type": "integer"},
                         "description": "Must also satisfy: {\\"minItems\\":3}"},
                       "price": {"type": "object", "properties": {
                         "cents": {"type": "integer",
                           "description": "Must also satisfy: {\\"minimum\\":0}"}},
                         "additionalProperties": false, "description": "Now."},
                       "old": {"anyOf": [
                         {"type": "object", "properties": {
                           "cents": {"type": "integer",
                             "description": "Must also satisfy: {\\"minimum\\":0}"}},
                           "additionalProperties": false},
                         {"type": "null"}]}},
                     "additionalProperties": false}\
                    """));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"type\": \"array\", \"items\": {\"type\": \"string\"}}",
        "{\"type\": \"object\"}",
        "{\"type\": [\"object\", \"null\"]}",
        "{\"type\": \"object\", \"additionalProperties\": {\"type\": \"string\"}}",
        "{\"type\": \"object\", \"properties\": {\"any\": {}}}",
        "{\"type\": \"object\", \"properties\": {\"any\": true}}",
        "{\"type\": \"object\", \"properties\": {\"list\": {\"type\": \"array\"}}}",
        "{\"type\": \"object\", \"properties\": {\"self\": {\"$ref\": \"#\"}}}",
        "{\"type\": \"object\", \"properties\": {\"a\": {\"$ref\": \"#/$defs/a\"}},"
            + " \"$defs\": {\"a\": {\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/a\"}}}}",
        "{\"allOf\": [{\"type\": \"object\"}]}"
      })
  void whatTheApiCannotEnforceHasNoFormat(String json) {
    assertThat(OutputFormat.of(schema(json))).isEmpty();
  }

  @Test
  void referencesThatMultiplyAreBounded() {
    StringBuilder defs = new StringBuilder("\"d0\": {\"type\": \"string\"}");
    for (int i = 1; i < 30; i++) {
      String ref = "{\"$ref\": \"#/$defs/d" + (i - 1) + "\"}";
      defs.append(", \"d%d\": {\"properties\": {\"a\": %s, \"b\": %s}}".formatted(i, ref, ref));
    }
    AnswerSchema schema =
        schema(
            "{\"type\": \"object\", \"properties\": {\"x\": {\"$ref\": \"#/$defs/d29\"}},"
                + " \"$defs\": {"
                + defs
                + "}}");

    assertThat(OutputFormat.of(schema)).isEmpty();
  }

  @Test
  void violationsAreNamedAndBounded() {
    AnswerSchema schema =
        schema("{\"type\": \"array\", \"items\": {\"type\": \"string\"}, \"minItems\": 1}");

    assertThat(schema.violations(Json.parse("[\"a\"]"))).isEmpty();
    assertThat(schema.violations(Json.parse("[]"))).contains("at least 1");
    assertThat(schema.violations(Json.parse("[1, 2, 3, 4, 5, 6, 7]")))
        .contains("/0", "/4", "and 2 more")
        .doesNotContain("/5");
  }
}
