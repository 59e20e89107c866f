package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import dev.stygian.graph.error.StygianException;
import dev.stygian.graph.service.ServiceRegistry;
import dev.stygian.redis.RedisSettings;
import dev.stygian.redis.ServerReport;
import dev.stygian.redis.embedded.ServerBinary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code stygian doctor}: what works on this machine, what does not, and what to do about it. */
@Command(
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  stygian doctor --queue redis://localhost:6379"})
final class DoctorCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final int OLDEST_JAVA = 25;

  private final Console console;

  @Mixin private final QueueOptions queue = new QueueOptions();

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  DoctorCommand(Console console) {
    this.console = console;
  }

  /** How bad a finding is. */
  private enum Grade {
    GOOD("ok"),
    NOTE("note"),
    BAD("failed");

    private final String word;

    Grade(String word) {
      this.word = word;
    }
  }

  private record Finding(String subject, Grade grade, String text) {}

  @Override
  public Integer call() {
    List<Finding> findings = new ArrayList<>();
    int java = Runtime.version().feature();
    findings.add(
        new Finding(
            "java",
            java >= OLDEST_JAVA ? Grade.GOOD : Grade.BAD,
            "Java " + Runtime.version() + " of " + System.getProperty("java.vendor")));
    findings.add(queue());
    findings.add(embedded());
    services(findings);
    if (json) {
      console.print(json(findings).toString());
    } else {
      findings.forEach(
          f -> console.print(String.format("%-7s %-18s %s", f.grade.word, f.subject, f.text)));
    }
    boolean bad = findings.stream().anyMatch(f -> f.grade == Grade.BAD);
    return bad ? ExitCode.INFRASTRUCTURE : ExitCode.OK;
  }

  private Finding queue() {
    ExecutionChoices choices =
        ExecutionChoices.of(
            new ExecutionChoices.Given(queue.url, queue.name, null), console.environment());
    Optional<String> url = choices.queue().map(Setting::value);
    if (url.isEmpty() || url.get().equals(QueueAccess.EMBEDDED)) {
      return new Finding(
          "queue", Grade.NOTE, "none is named by --queue or REDIS_URL; local mode needs none");
    }
    try {
      Reachability.requireAddress(url.get());
      RedisSettings settings =
          RedisSettings.withEnv(url.get(), console.environment()).withPatience(PATIENCE);
      ServerReport report = ServerReport.of(settings);
      String text =
          settings
              + ": "
              + report.product()
              + " "
              + report.version()
              + ", answers in "
              + report.roundTrip().toMillis()
              + " ms";
      return report
          .evictionPolicy()
          .map(policy ->
              new Finding(
                  "queue",
                  Grade.BAD,
                  text
                      + ", but maxmemory-policy is "
                      + policy
                      + ": tasks may be evicted; set it to noeviction"))
          .orElseGet(() -> new Finding("queue", Grade.GOOD, text));
    } catch (StygianException e) {
      return new Finding("queue", Grade.BAD, String.valueOf(e.getMessage()));
    }
  }

  private static Finding embedded() {
    try {
      ServerBinary binary = ServerBinary.best();
      return new Finding("embedded", Grade.GOOD, "would start " + binary.path());
    } catch (StygianException e) {
      return new Finding("embedded", Grade.NOTE, String.valueOf(e.getMessage()));
    }
  }

  private void services(List<Finding> findings) {
    try (ServiceRegistry registry = Services.installed(console)) {
      for (String name : registry.names()) {
        findings.add(
            registry
                .unavailable(name)
                .map(reason -> new Finding("service " + name, Grade.NOTE, reason))
                .orElseGet(() -> new Finding("service " + name, Grade.GOOD, "can run here")));
      }
    }
  }

  private static ObjectNode json(List<Finding> findings) {
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    all.put("ok", findings.stream().noneMatch(f -> f.grade == Grade.BAD));
    ArrayNode array = all.putArray("findings");
    findings.forEach(f ->
        array.addObject().put("subject", f.subject).put("grade", f.grade.word).put("text", f.text));
    return all;
  }
}
