package dev.stygian.graph.item;

import dev.stygian.graph.error.PayloadException;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads and writes JSON as bytes. Thread-safe. */
public final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private Json() {}

  /**
   * Parses UTF-8 JSON.
   *
   * @throws PayloadException where the bytes are not one JSON value
   */
  public static JsonNode parse(byte[] utf8) {
    try {
      JsonNode node = MAPPER.readTree(utf8);
      if (node == null || node.isMissingNode()) {
        throw new PayloadException("empty where a JSON value was expected");
      }
      return node;
    } catch (JacksonException e) {
      throw new PayloadException("not JSON: " + e.getOriginalMessage(), e);
    }
  }

  public static JsonNode parse(String text) {
    return parse(text.getBytes(StandardCharsets.UTF_8));
  }

  public static byte[] bytes(JsonNode node) {
    return MAPPER.writeValueAsBytes(node);
  }

  public static String pretty(JsonNode node) {
    return node.toPrettyString();
  }
}
