package dev.stygian.graph.engine;

import dev.stygian.graph.error.PayloadException;
import dev.stygian.graph.item.Json;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * An item that another one was split into, as it lies in the queue and stands in a result: {@code
 * {"parent": …, "index": n, "value": …}}. Nodes are executed for the value alone, so equal values
 * have equal results, wherever they come from.
 */
final class Part {
  private static final String PARENT = "parent";
  private static final String INDEX = "index";
  private static final String VALUE = "value";

  /** A larger parent is not repeated in each of its parts. */
  private static final int LARGEST_PARENT_BYTES = 1024;

  private Part() {}

  /**
   * What the nodes see of an item.
   *
   * @throws PayloadException where it is none that was emitted
   */
  static JsonNode value(JsonNode part) {
    JsonNode value = part.get(VALUE);
    if (value == null) {
      throw new PayloadException("it is no part of another item: it has no \"" + VALUE + "\"");
    }
    return value;
  }

  /** The item that others are emitted of. */
  static final class Source {
    private final JsonNode item;
    private final boolean isPart;
    private final Optional<JsonNode> shown;

    /** An item as it lies in the queue, which may be a part itself. */
    Source(JsonNode item, boolean isPart) {
      this.item = item;
      this.isPart = isPart;
      this.shown = shown(item, isPart);
    }

    private static Optional<JsonNode> shown(JsonNode item, boolean isPart) {
      if (Json.bytes(item).length <= LARGEST_PARENT_BYTES) {
        return Optional.of(item);
      }
      if (!isPart) {
        return Optional.empty();
      }
      ObjectNode rest = JsonNodeFactory.instance.objectNode();
      item.properties().stream()
          .filter(field -> !field.getKey().equals(VALUE))
          .forEach(field -> rest.set(field.getKey(), field.getValue()));
      return Json.bytes(rest).length <= LARGEST_PARENT_BYTES ? Optional.of(rest) : Optional.empty();
    }

    /** The part of it that has a number. */
    JsonNode part(JsonNode value, long index) {
      ObjectNode part = JsonNodeFactory.instance.objectNode();
      shown.ifPresent(parent -> part.set(PARENT, parent));
      return part.put(INDEX, index).set(VALUE, value);
    }

    /** An item beside it: of the same parent, if it is a part. */
    JsonNode another(JsonNode value) {
      if (!isPart) {
        return value;
      }
      ObjectNode part = JsonNodeFactory.instance.objectNode();
      item.properties().forEach(field -> part.set(field.getKey(), field.getValue()));
      return part.set(VALUE, value);
    }
  }
}
