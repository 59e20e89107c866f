package dev.stygian.graph.pipeline;

import dev.stygian.graph.settings.CanonicalJson;
import dev.stygian.graph.settings.Spans;
import java.time.Duration;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A pipeline as one line of canonical JSON: what a run stores in the queue, so that a worker
 * anywhere can load it. Every setting is written out, so a worker with other defaults runs the same
 * pipeline; equal pipelines give equal texts. {@link PipelineParser} reads it back.
 *
 * <p>References stay unresolved, and {@code queue} is left out: whoever reads the text has reached
 * the queue already, and its URL may hold a password.
 */
public final class PipelineText {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private PipelineText() {}

  public static String of(Pipeline pipeline) {
    ObjectNode root = JSON.objectNode();
    root.put("id", pipeline.id());
    root.put("allow_private", pipeline.allowPrivate());
    root.set("execution", execution(pipeline.execution()));
    root.set("input", input(pipeline.input()));
    ObjectNode output = root.putObject("output");
    pipeline.output().file().ifPresent(f -> output.put("file", f));
    root.set("politeness", politeness(pipeline.politeness()));
    pipeline.onFinish().ifPresent(calls -> root.set("on_finish", onFinish(calls)));
    ArrayNode nodes = root.putArray("nodes");
    pipeline.nodes().forEach(n -> nodes.add(node(n)));
    ArrayNode edges = root.putArray("edges");
    pipeline
        .edges()
        .forEach(e -> edges.add(JSON.objectNode().put("from", e.from()).put("to", e.to())));
    return CanonicalJson.text(root);
  }

  private static ObjectNode execution(ExecutionSettings settings) {
    ObjectNode table = JSON.objectNode();
    table.put("mode", settings.mode().name().toLowerCase(Locale.ROOT));
    settings.workers().ifPresent(w -> table.put("workers", w));
    settings.maxLeased().ifPresent(most -> table.put("max_leased", most));
    return table
        .put("queue_name", settings.queueName())
        .put("max_depth", settings.maxDepth())
        .put("visibility_timeout", Spans.format(settings.visibilityTimeout()))
        .put("max_attempts", settings.maxAttempts())
        .put("backoff", Spans.format(settings.backoff()))
        .put("timeout", Spans.format(settings.timeout()))
        .put("result_ttl", Spans.format(settings.resultTtl()))
        .put("result_budget", settings.resultBudget())
        .put("retention", Spans.format(settings.retention()))
        .put("durability", settings.durability().word())
        .put("weight", settings.weight());
  }

  private static ObjectNode input(InputSettings settings) {
    ObjectNode table = JSON.objectNode();
    if (!settings.urls().isEmpty()) {
      ArrayNode urls = table.putArray("urls");
      settings.urls().forEach(urls::add);
    }
    settings.file().ifPresent(f -> table.put("file", f));
    settings.serve().ifPresent(s -> table.put("serve", s));
    return table;
  }

  private static ObjectNode politeness(Politeness settings) {
    ObjectNode table =
        JSON.objectNode()
            .put("scope", settings.scope().name().toLowerCase(Locale.ROOT))
            .put("interval", Spans.format(settings.interval()))
            .put("concurrency", settings.concurrency())
            .put("obey_robots", settings.obeyRobots())
            .put("give_up_after", Spans.format(settings.giveUpAfter()));
    ArrayNode hosts = table.putArray("hosts");
    settings
        .hosts()
        .forEach(rule ->
            hosts.add(
                JSON.objectNode()
                    .put("host", rule.host())
                    .put("interval", Spans.format(rule.interval()))
                    .put("concurrency", rule.concurrency())));
    return table;
  }

  private static ObjectNode onFinish(OnFinish calls) {
    ObjectNode table =
        JSON.objectNode()
            .put("max_attempts", calls.maxAttempts())
            .put("timeout", Spans.format(calls.timeout()));
    calls.webhook().ifPresent(url -> table.put("webhook", url));
    if (!calls.headers().isEmpty()) {
      ObjectNode headers = table.putObject("headers");
      calls.headers().forEach(headers::put);
    }
    if (!calls.command().isEmpty()) {
      ArrayNode command = table.putArray("command");
      calls.command().forEach(command::add);
    }
    return table;
  }

  private static ObjectNode node(Node node) {
    ObjectNode table = JSON.objectNode().put("id", node.id()).put("service", node.service());
    table.set("config", node.config());
    node.maxAttempts().ifPresent(a -> table.put("max_attempts", a));
    node.backoff().map(PipelineText::span).ifPresent(b -> table.put("backoff", b));
    node.timeout().map(PipelineText::span).ifPresent(t -> table.put("timeout", t));
    node.maxLeased().ifPresent(most -> table.put("max_leased", most));
    if (node.collect()) {
      table.put("collect", true);
    }
    return table.put("checkpoint", node.checkpoint());
  }

  private static String span(Duration span) {
    return Spans.format(span);
  }
}
