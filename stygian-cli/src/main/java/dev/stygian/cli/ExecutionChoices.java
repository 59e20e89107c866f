package dev.stygian.cli;

import dev.stygian.cli.Setting.Source;
import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.pipeline.ExecutionSettings;
import dev.stygian.graph.pipeline.ExecutionSettings.Mode;
import dev.stygian.graph.queue.LeaseRequest;
import dev.stygian.graph.settings.Environment;
import dev.stygian.graph.settings.Spans;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The settings of an execution, after all {@link SettingSources} were heard. */
record ExecutionChoices(
    Setting<Mode> mode,
    Optional<Setting<String>> queue,
    Setting<String> queueName,
    Setting<Integer> workers,
    Setting<Duration> visibilityTimeout,
    List<Setting<?>> fileOnly,
    ExecutionSettings fromFile) {

  /** The most tasks that one process executes at once. */
  static final int MOST_WORKERS = 10_000;

  private static final List<String> UNITS = List.of("B", "KB", "MB", "GB");

  /** What the command line gives; {@code null} where it is silent. */
  record Given(@Nullable String queue, @Nullable String queueName, @Nullable Integer workers) {}

  /** For commands without a pipeline file. */
  static ExecutionChoices of(Given given, Environment environment) {
    SettingSources sources = new SettingSources(environment, java.util.Set.of(), "");
    return of(given, sources, ExecutionSettings.defaults());
  }

  static ExecutionChoices of(Given given, SettingSources sources, ExecutionSettings file) {
    int fileWorkers = file.workers().orElse(Runtime.getRuntime().availableProcessors() * 4);
    Integer asked = given.workers == null ? null : checkedWorkers(given.workers);
    return new ExecutionChoices(
        given.queue == null
            ? sources.fileOrDefault("mode", file.mode())
            : new Setting<>("mode", Mode.DISTRIBUTED, Source.COMMAND_LINE, "--queue"),
        queue(given, sources, file),
        sources.pick(
            "queue_name",
            "--queue-name",
            given.queueName,
            List.of("STYGIAN_QUEUE_NAME"),
            Function.identity(),
            file.queueName()),
        sources.pick(
            "workers",
            "--workers",
            asked,
            List.of("STYGIAN_WORKERS"),
            ExecutionChoices::workers,
            fileWorkers),
        sources.pick(
            "visibility_timeout",
            "",
            null,
            List.of("STYGIAN_VISIBILITY_TIMEOUT", "STYGIAN_VISIBILITY_TIMEOUT_SECS"),
            ExecutionChoices::visibility,
            file.visibilityTimeout()),
        fileOnly(sources, file),
        file);
  }

  /** The same for another queue of the server. */
  ExecutionChoices ofQueue(String name) {
    return new ExecutionChoices(
        mode,
        queue,
        new Setting<>("queue_name", name, queueName.source(), queueName.origin()),
        workers,
        visibilityTimeout,
        fileOnly,
        fromFile);
  }

  /** What the engine is given. */
  ExecutionSettings effective() {
    return new ExecutionSettings(
        mode.value(),
        queue.map(Setting::value),
        OptionalInt.of(workers.value()),
        queueName.value(),
        fromFile.maxDepth(),
        visibilityTimeout.value(),
        fromFile.maxAttempts(),
        fromFile.backoff(),
        fromFile.timeout(),
        fromFile.resultTtl(),
        fromFile.resultBudget(),
        fromFile.retention(),
        fromFile.durability(),
        fromFile.weight(),
        fromFile.maxLeased());
  }

  /** How long leases of a worker here live: the environment goes before what each run says. */
  Duration leaseVisibility() {
    return visibilityTimeout.source() == Setting.Source.ENVIRONMENT
        ? visibilityTimeout.value()
        : LeaseRequest.AS_RUN;
  }

  /** Every setting, in the order of the docs. */
  List<Setting<?>> all() {
    List<Setting<?>> all = new ArrayList<>();
    all.add(mode);
    queue.ifPresent(all::add);
    all.add(queueName);
    all.add(workers);
    all.add(visibilityTimeout);
    all.addAll(fileOnly);
    return all;
  }

  private static Optional<Setting<String>> queue(
      Given given, SettingSources sources, ExecutionSettings file) {
    if (given.queue != null) {
      return Optional.of(new Setting<>("queue", given.queue, Source.COMMAND_LINE, "--queue"));
    }
    return sources
        .environment()
        .value("REDIS_URL")
        .filter(url -> !url.isBlank())
        .map(url -> new Setting<>("queue", url.strip(), Source.ENVIRONMENT, "REDIS_URL"))
        .or(() ->
            file.queue().map(url -> new Setting<>("queue", url, Source.FILE, sources.fileName())));
  }

  private static List<Setting<?>> fileOnly(SettingSources sources, ExecutionSettings file) {
    List<Setting<?>> all = new ArrayList<>(withDefaults(sources, file));
    file.maxLeased().ifPresent(most -> all.add(sources.fileOrDefault("max_leased", most)));
    return List.copyOf(all);
  }

  private static List<Setting<?>> withDefaults(SettingSources sources, ExecutionSettings file) {
    return List.of(
        sources.fileOrDefault("max_depth", file.maxDepth()),
        sources.fileOrDefault("max_attempts", file.maxAttempts()),
        sources.fileOrDefault("backoff", file.backoff()),
        sources.fileOrDefault("timeout", file.timeout()),
        sources.fileOrDefault("result_ttl", file.resultTtl()),
        sources.fileOrDefault("result_budget", size(file.resultBudget())),
        sources.fileOrDefault("retention", file.retention()),
        sources.fileOrDefault("durability", file.durability()),
        sources.fileOrDefault("weight", file.weight()));
  }

  /** In the largest unit that says it exactly. */
  private static String size(long bytes) {
    for (int unit = UNITS.size() - 1; unit > 0; unit--) {
      if (bytes % (1L << (10 * unit)) == 0) {
        return (bytes >> (10 * unit)) + " " + UNITS.get(unit);
      }
    }
    return bytes + " B";
  }

  private static int workers(String text) {
    try {
      return checkedWorkers(Integer.parseInt(text));
    } catch (NumberFormatException e) {
      throw new SettingInvalidException(
          "\"" + text + "\" is no number; write a whole number from 1 to " + MOST_WORKERS, e);
    }
  }

  private static int checkedWorkers(int workers) {
    if (workers < 1 || workers > MOST_WORKERS) {
      throw new SettingInvalidException(
          workers + " workers cannot be; write a whole number from 1 to " + MOST_WORKERS);
    }
    return workers;
  }

  /** A bare number counts as seconds, as in a pipeline file. */
  private static Duration visibility(String text) {
    boolean bare = text.chars().allMatch(c -> c >= '0' && c <= '9');
    Duration span = Spans.duration(bare ? text + "s" : text);
    if (span.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new SettingInvalidException("\"" + text + "\" is too short; write at least 1s");
    }
    return span;
  }
}
