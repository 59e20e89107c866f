package dev.stygian.bench.macro;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stygian.graph.item.Payload;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What the tasks of all cases carry: JSON objects of a URL and some text, no two alike. */
final class Inputs {
  /** The size of an input, and of a result, as JSON. */
  static final int BYTES = 200;

  private static final String TEXT = "x".repeat(BYTES);
  private static final int AROUND_THE_TEXT = "{\"url\":\"\",\"text\":\"\"}".length();

  private Inputs() {}

  /** The input of that number. */
  static ObjectNode input(long number) {
    String url = "https://shop.example/products/" + number;
    String text = TEXT.substring(0, BYTES - AROUND_THE_TEXT - url.length());
    return JsonNodeFactory.instance.objectNode().put("url", url).put("text", text);
  }

  /** A result of {@link #BYTES}. */
  static Payload result() {
    return Payload.ofJson(("\"" + TEXT.substring(2) + "\"").getBytes(UTF_8));
  }
}
