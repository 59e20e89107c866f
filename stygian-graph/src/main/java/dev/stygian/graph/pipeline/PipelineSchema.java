package dev.stygian.graph.pipeline;

import dev.stygian.graph.settings.ConfigSchema;
import dev.stygian.graph.settings.Durability;
import dev.stygian.graph.settings.Spans;
import dev.stygian.graph.settings.ValueType;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The keys of a pipeline file, their types, bounds and defaults: all but the services' own. */
final class PipelineSchema {
  private static final ValueType TEXT = new ValueType.Text();
  private static final ValueType FLAG = new ValueType.Flag();
  private static final ValueType ANYTHING = new ValueType.Anything();
  private static final long SECOND = 1000;
  private static final long DAY = Duration.ofDays(1).toMillis();
  private static final ValueType ATTEMPTS = new ValueType.Whole(1, 100);
  private static final ValueType BACKOFF = new ValueType.Span(0, DAY);
  private static final ValueType CAP = new ValueType.Whole(1, 1_000_000);
  private static final ValueType TIMEOUT = new ValueType.Span(1, DAY);

  private PipelineSchema() {}

  static final ConfigSchema ROOT =
      ConfigSchema.builder()
          .optional("id", TEXT, "Names the pipeline; default: the file's name without its ending")
          .optional("description", TEXT, "For readers of the file")
          .optional("allow_private", FLAG, "Whether private addresses may be dialled")
          .optional("execution", ANYTHING, "How and where the pipeline runs")
          .optional("input", ANYTHING, "Where items come from")
          .optional("output", ANYTHING, "Where results go")
          .optional("politeness", ANYTHING, "How often hosts are visited")
          .optional("on_finish", ANYTHING, "What is called when a run is over")
          .optional("nodes", ANYTHING, "The steps")
          .optional("edges", ANYTHING, "Which node's output is which node's input")
          .build();

  static final ConfigSchema EXECUTION = execution(ExecutionSettings.defaults());

  static final ConfigSchema INPUT =
      ConfigSchema.builder()
          .optional("urls", new ValueType.ListOf(TEXT), "Items given in the file itself")
          .optional("file", TEXT, "A file with one URL or one JSON object a line")
          .optional("serve", TEXT, "A folder to serve on a loopback port while the run lasts")
          .build();

  static final ConfigSchema OUTPUT =
      ConfigSchema.builder()
          .optional("file", TEXT, "Ends in .jsonl or .csv; default: standard output")
          .build();

  private static final ValueType INTERVAL = new ValueType.Span(0, DAY);
  private static final ValueType CONCURRENCY = new ValueType.Whole(0, 1_000);

  static final ConfigSchema HOST_RULE =
      ConfigSchema.builder()
          .required("host", TEXT, "A host's name, or *. and a domain for all names below it")
          .optional("interval", INTERVAL, "Default: the table's")
          .optional("concurrency", CONCURRENCY, "Default: the table's")
          .build();

  static final ConfigSchema POLITENESS = politeness(Politeness.defaults());

  static final ConfigSchema ON_FINISH =
      ConfigSchema.builder()
          .optional(
              "webhook", new ValueType.SecretText(), "A URL that gets the run's status by POST")
          .optional(
              "headers",
              new ValueType.MapOf(new ValueType.SecretText()),
              "Further headers of that request")
          .optional(
              "command",
              new ValueType.ListOf(TEXT),
              "A program and its arguments; gets the status on its standard input")
          .withDefault("max_attempts", ATTEMPTS, 10, "Of each of the two")
          .withDefault("timeout", TIMEOUT, "30s", "Of one attempt")
          .build();

  static final ConfigSchema NODE =
      ConfigSchema.builder()
          .required("id", TEXT, "Unique in the pipeline")
          .required("service", TEXT, "The service that executes it")
          .optional("depends_on", new ValueType.ListOf(TEXT), "The nodes whose output it takes")
          .optional("config", ANYTHING, "What the service is told")
          .optional("max_attempts", ATTEMPTS, "Default: the pipeline's")
          .optional("backoff", BACKOFF, "Default: the pipeline's")
          .optional("timeout", TIMEOUT, "Default: the pipeline's")
          .withDefault("checkpoint", FLAG, false, "Whether its output is written before it is used")
          .optional("max_leased", CAP, "Tasks of the node that are leased at once, at most")
          .withDefault(
              "collect", FLAG, false, "Whether it gets the outputs of all parts of an item at once")
          .build();

  static final ConfigSchema EDGE =
      ConfigSchema.builder()
          .required("from", TEXT, "The node whose output is taken")
          .required("to", TEXT, "The node that takes it")
          .build();

  /** Where each key of a section belongs, for those who wrote it elsewhere. */
  static final Map<String, String> HOMES = homes();

  private static ConfigSchema execution(ExecutionSettings defaults) {
    return ConfigSchema.builder()
        .withDefault(
            "mode",
            new ValueType.Choice(List.of("local", "distributed")),
            "local",
            "Where tasks queue")
        .optional("queue", new ValueType.SecretText(), "The queue's URL or \"embedded\"")
        .optional("workers", new ValueType.Whole(1, 10_000), "Tasks at once; default: cores * 4")
        .withDefault("queue_name", TEXT, defaults.queueName(), "The queue's name on its server")
        .withDefault(
            "max_depth",
            new ValueType.Whole(1, 1_000_000_000),
            defaults.maxDepth(),
            "Unfinished tasks before producers wait")
        .withDefault(
            "visibility_timeout",
            new ValueType.Span(100, DAY),
            Spans.format(defaults.visibilityTimeout()),
            "How long a lease lives without renewal")
        .withDefault(
            "max_attempts", ATTEMPTS, defaults.maxAttempts(), "Failures and lost leases together")
        .withDefault(
            "backoff", BACKOFF, Spans.format(defaults.backoff()), "Before the second attempt")
        .withDefault("timeout", TIMEOUT, Spans.format(defaults.timeout()), "Of one attempt")
        .withDefault(
            "result_ttl",
            new ValueType.Span(SECOND, 3650 * DAY),
            Spans.format(defaults.resultTtl()),
            "How long a result answers repeats")
        .withDefault(
            "result_budget",
            new ValueType.Bytes(1 << 10, 1L << 40),
            defaults.resultBudget(),
            "Bytes of stored results in the queue")
        .withDefault(
            "retention",
            new ValueType.Span(SECOND, 3650 * DAY),
            Spans.format(defaults.retention()),
            "How long a finished run stays")
        .withDefault(
            "durability",
            new ValueType.Choice(Arrays.stream(Durability.values()).map(Durability::word).toList()),
            defaults.durability().word(),
            "When what the queue accepted counts as accepted")
        .withDefault(
            "weight",
            new ValueType.Whole(1, 1_000),
            defaults.weight(),
            "Times as many tasks as a run of weight 1")
        .optional("max_leased", CAP, "Tasks of the run that are leased at once, at most")
        .optional("allow_private", FLAG, "As at the top of the file")
        .build();
  }

  private static ConfigSchema politeness(Politeness defaults) {
    return ConfigSchema.builder()
        .withDefault(
            "interval",
            INTERVAL,
            Spans.format(defaults.interval()),
            "Between two starts at one host, at least")
        .withDefault(
            "concurrency", CONCURRENCY, defaults.concurrency(), "Tasks at once at one host; 0: any")
        .withDefault(
            "scope",
            new ValueType.Choice(List.of("host", "domain", "ip")),
            "host",
            "What one host is")
        .withDefault("obey_robots", FLAG, defaults.obeyRobots(), "Whether robots.txt is followed")
        .withDefault(
            "give_up_after",
            new ValueType.Span(0, 30 * DAY),
            Spans.format(defaults.giveUpAfter()),
            "How long tasks wait for a host that does not answer")
        .optional(
            "hosts",
            new ValueType.ListOf(new ValueType.Table(HOST_RULE)),
            "What is different for some hosts; the first that fits counts")
        .build();
  }

  private static Map<String, String> homes() {
    Map<String, String> all = new LinkedHashMap<>();
    ROOT.names().forEach(k -> all.put(k, "at the top of the file, before the first table"));
    EXECUTION.names().forEach(k -> all.putIfAbsent(k, "in [execution]"));
    INPUT.names().stream().filter(k -> !k.equals("file")).forEach(k -> all.put(k, "in [input]"));
    NODE.names().forEach(k -> all.putIfAbsent(k, "in [[nodes]]"));
    POLITENESS.names().forEach(k -> all.putIfAbsent(k, "in [politeness]"));
    EDGE.names().forEach(k -> all.putIfAbsent(k, "in [[edges]]"));
    ON_FINISH.names().forEach(k -> all.putIfAbsent(k, "in [on_finish]"));
    return Map.copyOf(all);
  }
}
