package dev.stygian.graph.settings;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The keys that a table may have, and a check of what types cannot say (a selector that does not
 * parse, two keys that exclude each other). Immutable; built once per service.
 *
 * @param keys in the order in which the docs show them
 * @param check runs after the types of all values were found right
 */
public record ConfigSchema(List<ConfigKey> keys, Check check) {
  /** A further check of a whole table. */
  @FunctionalInterface
  public interface Check {
    /** Reports every problem in {@code table}. */
    void check(JsonNode table, Report report);
  }

  /** Where a check says what it found. */
  @FunctionalInterface
  public interface Report {
    /**
     * Says that the value at {@code path} is wrong.
     *
     * @param path keys and array indexes from the table down; empty for the table itself
     * @param message what is wrong, then what would be right
     */
    void problem(List<String> path, String message);
  }

  public ConfigSchema {
    keys = List.copyOf(keys);
  }

  /** A schema without keys. */
  public static ConfigSchema empty() {
    return builder().build();
  }

  public static Builder builder() {
    return new Builder();
  }

  public Optional<ConfigKey> key(String name) {
    return keys.stream().filter(k -> k.name().equals(name)).findFirst();
  }

  public List<String> names() {
    return keys.stream().map(ConfigKey::name).toList();
  }

  /** Collects keys; not for use by several threads. */
  public static final class Builder {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final List<ConfigKey> keys = new ArrayList<>();
    private Check check = (table, report) -> {};

    private Builder() {}

    public Builder required(String name, ValueType type, String help) {
      keys.add(new ConfigKey(name, type, true, Optional.empty(), help, false));
      return this;
    }

    public Builder optional(String name, ValueType type, String help) {
      keys.add(new ConfigKey(name, type, false, Optional.empty(), help, false));
      return this;
    }

    /** An optional key on which no output depends. */
    public Builder forTheBooks(String name, ValueType type, String help) {
      keys.add(new ConfigKey(name, type, false, Optional.empty(), help, true));
      return this;
    }

    public Builder withDefault(String name, ValueType type, String value, String help) {
      return withDefault(name, type, JSON.stringNode(value), help);
    }

    public Builder withDefault(String name, ValueType type, long value, String help) {
      return withDefault(name, type, JSON.numberNode(value), help);
    }

    public Builder withDefault(String name, ValueType type, boolean value, String help) {
      return withDefault(name, type, JSON.booleanNode(value), help);
    }

    public Builder withDefault(String name, ValueType type, JsonNode value, String help) {
      keys.add(new ConfigKey(name, type, false, Optional.of(value), help, false));
      return this;
    }

    public Builder check(Check added) {
      check = added;
      return this;
    }

    public ConfigSchema build() {
      return new ConfigSchema(Collections.unmodifiableList(keys), check);
    }
  }
}
