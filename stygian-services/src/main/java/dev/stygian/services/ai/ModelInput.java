package dev.stygian.services.ai;

import dev.stygian.graph.item.Json;
import dev.stygian.graph.service.ServiceCall;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a model is given to read: the predecessor's output, the outputs of several by node id, or
 * the item's own input for a first node.
 *
 * @param url of the page, where one is known
 * @param truncated whether the text was cut to the limit
 */
record ModelInput(String text, Optional<String> url, boolean truncated) {

  static ModelInput of(ServiceCall call, long maxBytes, boolean links) {
    Optional<String> url = call.input().flatMap(ModelInput::urlOf).or(() -> call.item().url());
    Utf8Limit limit = Utf8Limit.of(text(call, url.orElse(""), links), maxBytes);
    return new ModelInput(limit.text(), url, limit.cut());
  }

  private static String text(ServiceCall call, String url, boolean links) {
    if (call.inputs().isEmpty()) {
      return asText(call.item().input());
    }
    Optional<JsonNode> only = call.input();
    if (only.isPresent()) {
      return asText(reduced(only.get(), url, links));
    }
    ObjectNode byNode = JsonNodeFactory.instance.objectNode();
    call.inputs()
        .forEach(
            (node, output) -> byNode.set(node, reduced(output, urlOf(output).orElse(url), links)));
    return asText(byNode);
  }

  /** The body of an {@code http} output, HTML as readable text; anything else as it is. */
  private static JsonNode reduced(JsonNode output, String url, boolean links) {
    JsonNode body = output.isObject() ? output.get("body") : null;
    if (body == null || !body.isString()) {
      return output;
    }
    String text = body.asString();
    return isHtml(output, text)
        ? JsonNodeFactory.instance.stringNode(ReadableText.of(text, url, links))
        : body;
  }

  private static boolean isHtml(JsonNode output, String body) {
    JsonNode type = output.get("content_type");
    if (type != null && type.isString() && !type.asString().isBlank()) {
      return type.asString().toLowerCase(Locale.ROOT).contains("html");
    }
    return body.stripLeading().startsWith("<");
  }

  private static Optional<String> urlOf(JsonNode output) {
    JsonNode url = output.isObject() ? output.get("url") : null;
    return url != null && url.isString() ? Optional.of(url.asString()) : Optional.empty();
  }

  static String asText(JsonNode value) {
    return value.isString()
        ? value.asString()
        : new String(Json.bytes(value), StandardCharsets.UTF_8);
  }
}
