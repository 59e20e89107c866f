package dev.stygian.graph.item;

import dev.stygian.graph.error.PayloadException;
import dev.stygian.graph.settings.AsciiJson;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

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
    return parse(utf8, 0, utf8.length);
  }

  /** As {@link #parse(byte[])}, of a stretch of the bytes. */
  static JsonNode parse(byte[] utf8, int from, int length) {
    if (isPlainText(utf8, from, length)) {
      String text = new String(utf8, from + 1, length - 2, StandardCharsets.ISO_8859_1);
      return JsonNodeFactory.instance.stringNode(text);
    }
    try {
      JsonNode node = MAPPER.readTree(utf8, from, length);
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
    byte[] ascii = AsciiJson.bytes(node, AsciiJson.Keys.AS_GIVEN, 0, Integer.MAX_VALUE);
    return ascii == null ? MAPPER.writeValueAsBytes(node) : ascii;
  }

  /** Whether it is one text of printable ASCII without escapes, as most items are. */
  private static boolean isPlainText(byte[] utf8, int from, int length) {
    int last = from + length - 1;
    if (length < 2 || utf8[from] != '"' || utf8[last] != '"') {
      return false;
    }
    for (int i = from + 1; i < last; i++) {
      byte b = utf8[i];
      if (b < 0x20 || b == 0x7f || b == '"' || b == '\\') {
        return false;
      }
    }
    return true;
  }

  public static String pretty(JsonNode node) {
    return node.toPrettyString();
  }
}
