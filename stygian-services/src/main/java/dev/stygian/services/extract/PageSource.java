package dev.stygian.services.extract;

import dev.stygian.graph.service.ServiceCall;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * What a call is to read, before it is parsed.
 *
 * @param content a text, or a JSON value that was never text
 * @param contentType lower case, without parameters; empty where nobody said
 * @param url where relative URLs start, unless the page says otherwise
 */
record PageSource(JsonNode content, Optional<String> contentType, Optional<String> url) {

  /**
   * Finds the page in a call's input.
   *
   * @param from the key of the input that holds the page; for a join, a predecessor's id
   */
  static PageSource of(ServiceCall call, Optional<String> from) throws ExtractionFailedException {
    JsonNode input = call.given();
    if (call.inputs().isEmpty() && input.isString()) {
      throw new ExtractionFailedException(
          "the item is the URL "
              + Quote.of(input.asString())
              + ", not a page; put an http node before this one");
    }
    JsonNode holder = holder(call, input, from);
    Optional<String> url =
        text(holder, "final_url")
            .or(() -> text(input, "final_url"))
            .or(() -> text(input, "url"))
            .or(() -> text(holder, "url"))
            .or(() -> call.item().url());
    return new PageSource(content(holder, url), contentType(holder), url);
  }

  private static JsonNode holder(ServiceCall call, JsonNode input, Optional<String> from)
      throws ExtractionFailedException {
    if (from.isEmpty()) {
      if (call.inputs().size() > 1) {
        throw new ExtractionFailedException(
            "several nodes lead here; set from to the one to read: " + keys(input));
      }
      return input;
    }
    JsonNode holder = input.get(from.get());
    if (holder == null || holder.isNull()) {
      throw new ExtractionFailedException(
          "the input has no \"" + from.get() + "\", which from names; it has " + keys(input));
    }
    return holder;
  }

  private static JsonNode content(JsonNode holder, Optional<String> url)
      throws ExtractionFailedException {
    JsonNode body = holder.isObject() ? holder.get("body") : null;
    if (body != null && !body.isNull()) {
      return body;
    }
    if (holder.isObject() && holder.has("body_base64")) {
      throw new ExtractionFailedException(
          url.orElse("the page")
              + " is no text ("
              + contentType(holder).orElse("of unknown type")
              + "); nothing can be extracted from it");
    }
    return holder;
  }

  private static Optional<String> contentType(JsonNode holder) {
    return text(holder, "content_type")
        .map(type -> type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT));
  }

  private static Optional<String> text(JsonNode holder, String key) {
    JsonNode value = holder.isObject() ? holder.get(key) : null;
    return value != null && value.isString() && !value.asString().isBlank()
        ? Optional.of(value.asString())
        : Optional.empty();
  }

  static String keys(JsonNode input) {
    return input.isObject() && !input.isEmpty()
        ? input
            .propertyStream()
            .map(Map.Entry::getKey)
            .limit(20)
            .map(Quote::of)
            .collect(Collectors.joining(", "))
        : "no keys";
  }
}
