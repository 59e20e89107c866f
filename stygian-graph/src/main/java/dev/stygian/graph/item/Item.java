package dev.stygian.graph.item;

import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * One input of a run.
 *
 * @param id unique and deterministic within the run: the position in the input, counted from 0
 * @param input as it was given: a string that holds a URL, or any JSON object; an object's {@code
 *     url} is the URL
 */
public record Item(String id, JsonNode input) {
  public Item {
    if (id.isEmpty()) {
      throw new IllegalArgumentException("an item needs an id");
    }
  }

  /** The URL of this item, where it has one. */
  public Optional<String> url() {
    JsonNode url = input.isObject() ? input.get("url") : input;
    return url != null && url.isString() ? Optional.of(url.asString()) : Optional.empty();
  }
}
