package dev.stygian.services.extract;

import dev.stygian.graph.settings.ConfigSchema.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A field's table in the config, with its place; reports what has the wrong type.
 *
 * @param shortForm whether the file has a text in its place: then no key has a place of its own
 */
record FieldTable(JsonNode table, List<String> path, boolean shortForm, Report report) {
  FieldTable {
    path = List.copyOf(path);
  }

  boolean has(String key) {
    return table.has(key);
  }

  Optional<JsonNode> value(String key) {
    return Optional.ofNullable(table.get(key));
  }

  Optional<String> text(String key) {
    JsonNode value = table.get(key);
    if (value == null) {
      return Optional.empty();
    }
    if (!value.isString() || value.asString().isBlank()) {
      problem(key, key + " must be a text that is not empty");
      return Optional.empty();
    }
    return Optional.of(value.asString());
  }

  boolean flag(String key) {
    JsonNode value = table.get(key);
    if (value != null && !value.isBoolean()) {
      problem(key, key + " must be true or false");
    }
    return value != null && value.isBoolean() && value.asBoolean();
  }

  /** One of a few words. */
  Optional<String> word(String key, List<String> words) {
    Optional<String> text = text(key);
    if (text.isPresent() && !words.contains(text.get())) {
      problem(
          key,
          "unknown " + key + " " + Quote.of(text.get()) + "; write " + String.join(", ", words));
      return Optional.empty();
    }
    return text;
  }

  void refuseOthersThan(List<String> known) {
    for (String key : table.propertyNames()) {
      if (!known.contains(key)) {
        problem(key, "unknown key " + Quote.of(key) + "; a field has " + String.join(", ", known));
      }
    }
  }

  /** Reports each of {@code others} that stands beside {@code key}. */
  void exclude(String key, List<String> others) {
    if (has(key)) {
      for (String other : others) {
        if (has(other)) {
          problem(other, key + " and " + other + " exclude each other; keep one");
        }
      }
    }
  }

  void problem(String key, String message) {
    report.problem(pathOf(key), message);
  }

  List<String> pathOf(String key) {
    if (shortForm) {
      return path;
    }
    List<String> longer = new ArrayList<>(path);
    longer.add(key);
    return longer;
  }
}
