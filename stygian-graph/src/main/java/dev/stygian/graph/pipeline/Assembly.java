package dev.stygian.graph.pipeline;

import dev.stygian.graph.pipeline.ExecutionSettings.Mode;
import dev.stygian.graph.settings.Config;
import dev.stygian.graph.settings.ConfigSchema;
import dev.stygian.graph.settings.Durability;
import dev.stygian.graph.settings.Environment;
import dev.stygian.graph.settings.HostScope;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Makes the pipeline of a file in which no problem was found. */
final class Assembly {
  private static final Environment NO_ENVIRONMENT = Environment.of(Map.of());

  private final ObjectNode root;
  private final KnownServices services;

  Assembly(SourceValue.Table root, KnownServices services) {
    this.root = root.toObject();
    this.services = services;
  }

  Pipeline pipeline(String source, String defaultId, List<Edge> edges) {
    Config top = config(PipelineSchema.ROOT, root);
    Config execution = section("execution", PipelineSchema.EXECUTION);
    return new Pipeline(
        raw(top, "id").orElse(defaultId),
        source,
        execution(execution),
        input(section("input", PipelineSchema.INPUT)),
        new OutputSettings(raw(section("output", PipelineSchema.OUTPUT), "file")),
        root.path("nodes").valueStream().map(n -> node((ObjectNode) n)).toList(),
        edges,
        top.flag("allow_private") || execution.flag("allow_private"),
        politeness(section("politeness", PipelineSchema.POLITENESS)),
        root.has("on_finish")
            ? Optional.of(onFinish(section("on_finish", PipelineSchema.ON_FINISH)))
            : Optional.empty());
  }

  private Config section(String name, ConfigSchema schema) {
    return config(
        schema,
        root.get(name) instanceof ObjectNode table ? table : JsonNodeFactory.instance.objectNode());
  }

  private static Config config(ConfigSchema schema, ObjectNode values) {
    return Config.of(schema, values, NO_ENVIRONMENT);
  }

  private ExecutionSettings execution(Config table) {
    boolean namesMode = root.path("execution").has("mode");
    boolean isDistributed =
        namesMode
            ? raw(table, "mode").equals(Optional.of("distributed"))
            : table.json("queue").isPresent();
    return new ExecutionSettings(
        isDistributed ? Mode.DISTRIBUTED : Mode.LOCAL,
        raw(table, "queue"),
        optionalWhole(table, "workers"),
        raw(table, "queue_name").orElseThrow(),
        table.whole("max_depth"),
        table.duration("visibility_timeout"),
        (int) table.whole("max_attempts"),
        table.duration("backoff"),
        table.duration("timeout"),
        table.duration("result_ttl"),
        table.bytes("result_budget"),
        table.duration("retention"),
        Durability.of(raw(table, "durability").orElseThrow()),
        (int) table.whole("weight"),
        optionalWhole(table, "max_leased"));
  }

  private static InputSettings input(Config table) {
    return new InputSettings(rawTexts(table, "urls"), raw(table, "file"), raw(table, "serve"));
  }

  private static Politeness politeness(Config table) {
    Duration interval = table.duration("interval");
    int concurrency = (int) table.whole("concurrency");
    return new Politeness(
        HostScope.valueOf(raw(table, "scope").orElseThrow().toUpperCase(Locale.ROOT)),
        interval,
        concurrency,
        table.flag("obey_robots"),
        table.duration("give_up_after"),
        table.json("hosts").stream()
            .flatMap(JsonNode::valueStream)
            .map(rule -> config(PipelineSchema.HOST_RULE, (ObjectNode) rule))
            .map(rule ->
                new Politeness.HostRule(
                    raw(rule, "host").orElseThrow().toLowerCase(Locale.ROOT),
                    optionalSpan(rule, "interval").orElse(interval),
                    optionalWhole(rule, "concurrency").orElse(concurrency)))
            .toList());
  }

  private static OnFinish onFinish(Config table) {
    Map<String, String> headers = new LinkedHashMap<>();
    table
        .json("headers")
        .ifPresent(
            all -> all.properties().forEach(h -> headers.put(h.getKey(), h.getValue().asString())));
    return new OnFinish(
        raw(table, "webhook"),
        headers,
        rawTexts(table, "command"),
        (int) table.whole("max_attempts"),
        table.duration("timeout"));
  }

  private Node node(ObjectNode values) {
    Config table = config(PipelineSchema.NODE, values);
    return new Node(
        raw(table, "id").orElseThrow(),
        services.canonical(raw(table, "service").orElseThrow()),
        values.get("config") instanceof ObjectNode config
            ? config
            : JsonNodeFactory.instance.objectNode(),
        optionalWhole(table, "max_attempts"),
        optionalSpan(table, "backoff"),
        optionalSpan(table, "timeout"),
        table.flag("checkpoint"),
        optionalWhole(table, "max_leased"),
        table.flag("collect"));
  }

  private static OptionalInt optionalWhole(Config table, String key) {
    return table.json(key).isPresent()
        ? OptionalInt.of((int) table.whole(key))
        : OptionalInt.empty();
  }

  private static Optional<Duration> optionalSpan(Config table, String key) {
    return table.json(key).map(v -> table.duration(key));
  }

  private static List<String> rawTexts(Config table, String key) {
    return table.json(key).stream().flatMap(JsonNode::valueStream).map(JsonNode::asString).toList();
  }

  /** A text with its references as they stand. */
  private static Optional<String> raw(Config table, String key) {
    return table.json(key).map(JsonNode::asString);
  }
}
