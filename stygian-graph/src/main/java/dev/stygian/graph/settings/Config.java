package dev.stygian.graph.settings;

import dev.stygian.graph.error.SettingInvalidException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A node's config, checked against its service's schema, with the defaults filled in. References
 * {@code ${env:NAME}} stand in it unresolved and are resolved by the accessors, so a secret lives
 * only as long as the call that needs it. Immutable and thread-safe.
 */
public final class Config {
  private final ObjectNode values;
  private final Environment environment;

  private Config(ObjectNode values, Environment environment) {
    this.values = values;
    this.environment = environment;
  }

  /**
   * Fills in the defaults of {@code schema}. The values must have been checked already, as the
   * pipeline parser does.
   */
  public static Config of(ConfigSchema schema, ObjectNode values, Environment environment) {
    return new Config(withDefaults(schema, values), environment);
  }

  /**
   * What a fingerprint is made of: the values that outputs depend on with the schema's defaults,
   * references unresolved.
   */
  public static ObjectNode ofOutputs(ConfigSchema schema, ObjectNode values) {
    ObjectNode all = withDefaults(schema, values);
    schema.keys().stream().filter(ConfigKey::isForTheBooks).forEach(key -> all.remove(key.name()));
    return all;
  }

  /** The values with the schema's defaults, references unresolved. */
  private static ObjectNode withDefaults(ConfigSchema schema, ObjectNode values) {
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    for (ConfigKey key : schema.keys()) {
      JsonNode value = values.get(key.name());
      if (value == null) {
        key.defaultValue().ifPresent(v -> all.set(key.name(), v));
      } else if (key.type() instanceof ValueType.Table(ConfigSchema inner)
          && value instanceof ObjectNode table) {
        all.set(key.name(), withDefaults(inner, table));
      } else {
        all.set(key.name(), value);
      }
    }
    return all;
  }

  /** Where references are resolved, and where a service finds its provider's own variables. */
  public Environment environment() {
    return environment;
  }

  /** The raw value, references unresolved; empty where neither the file nor a default has one. */
  public Optional<JsonNode> json(String key) {
    return Optional.ofNullable(values.get(key));
  }

  public Optional<String> text(String key) {
    return json(key).map(JsonNode::asString).map(this::resolve);
  }

  /** A text that the schema requires or has a default for. */
  public String requiredText(String key) {
    return text(key).orElseThrow(() -> missing(key));
  }

  /** A secret's value; hold it no longer than the call that needs it. */
  public Optional<String> secret(String key) {
    return text(key);
  }

  public boolean flag(String key) {
    return json(key).map(JsonNode::asBoolean).orElse(false);
  }

  public long whole(String key) {
    return json(key).map(JsonNode::asLong).orElseThrow(() -> missing(key));
  }

  public Optional<Double> decimal(String key) {
    return json(key).map(JsonNode::asDouble);
  }

  public Duration duration(String key) {
    JsonNode value = json(key).orElseThrow(() -> missing(key));
    return value.isNumber()
        ? Duration.ofMillis(Math.round(value.asDouble() * 1000))
        : Spans.duration(value.asString());
  }

  public long bytes(String key) {
    JsonNode value = json(key).orElseThrow(() -> missing(key));
    return value.isNumber() ? value.asLong() : Spans.bytes(value.asString());
  }

  public List<String> texts(String key) {
    List<String> all = new ArrayList<>();
    json(key).ifPresent(array -> array.forEach(v -> all.add(resolve(v.asString()))));
    return List.copyOf(all);
  }

  /** A table of texts, in the file's order. */
  public Map<String, String> map(String key) {
    Map<String, String> all = new LinkedHashMap<>();
    json(key)
        .ifPresent(table ->
            table.properties().forEach(e -> all.put(e.getKey(), resolve(e.getValue().asString()))));
    return java.util.Collections.unmodifiableMap(all);
  }

  /**
   * Replaces each {@code ${env:NAME}}.
   *
   * @throws SettingInvalidException naming the variable where it is not set
   */
  public String resolve(String text) {
    if (text.indexOf("${") < 0) {
      return text;
    }
    return EnvReference.WELL_FORMED
        .matcher(text)
        .replaceAll(found ->
            Matcher.quoteReplacement(
                environment
                    .value(found.group(1))
                    .orElseThrow(() ->
                        new SettingInvalidException(
                            "the environment variable "
                                + found.group(1)
                                + " is not set on this worker; set it where the worker"
                                + " starts"))));
  }

  private static SettingInvalidException missing(String key) {
    return new SettingInvalidException("config key \"" + key + "\" is missing; set it");
  }

  /** Shows references, never their values. */
  @Override
  public String toString() {
    return values.toString();
  }
}
