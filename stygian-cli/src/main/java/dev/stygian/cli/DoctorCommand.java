package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import dev.stygian.graph.error.BlobUnavailableException;
import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.error.StygianException;
import dev.stygian.graph.queue.LocalWorkQueue;
import dev.stygian.graph.service.ServiceRegistry;
import dev.stygian.redis.Checkup;
import dev.stygian.redis.RedisSettings;
import dev.stygian.redis.RedisWorkQueue;
import dev.stygian.redis.ServerReport;
import dev.stygian.redis.Violation;
import dev.stygian.redis.embedded.ServerBinary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code stygian doctor}: what works on this machine, what in a queue does not add up, and what to
 * do about it.
 */
@Command(
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Exit code 0 says that all is well or was mended, 1 that something in the",
      "queue does not add up, 3 that something here or the server is not fit.",
      "",
      "Example:",
      "  stygian doctor --queue redis://localhost:6379 --repair"
    })
final class DoctorCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final int OLDEST_JAVA = 25;
  private static final String QUEUE = "queue";
  private static final String BLOBS = "blobs";
  private static final int MOST_SWEPT = 100_000;
  private static final String KEYS = "queue's keys";

  private final Console console;

  @Mixin private final QueueOptions queue = new QueueOptions();
  @Mixin private final BlobOptions blobs = new BlobOptions();

  @Option(
      names = "--repair",
      description = "Mend what does not add up in the queue, as far as that takes no guess.")
  private boolean repair;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  DoctorCommand(Console console) {
    this.console = console;
  }

  /** How bad a finding is. */
  private enum Grade {
    GOOD("ok"),
    NOTE("note"),
    MENDED("mended"),
    WRONG("wrong"),
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
    List<Violation> violations = new ArrayList<>();
    queue(findings, violations);
    blobs(Blobs.of(blobs, console.environment())).ifPresent(findings::add);
    findings.add(embedded());
    services(findings);
    if (json) {
      console.print(json(findings, violations).toString());
    } else {
      findings.forEach(
          f -> console.print(String.format("%-7s %-18s %s", f.grade.word, f.subject, f.text)));
    }
    if (has(findings, Grade.BAD)) {
      return ExitCode.INFRASTRUCTURE;
    }
    return has(findings, Grade.WRONG) ? ExitCode.INCOMPLETE : ExitCode.OK;
  }

  private static boolean has(List<Finding> findings, Grade grade) {
    return findings.stream().anyMatch(f -> f.grade == grade);
  }

  private void queue(List<Finding> findings, List<Violation> violations) {
    ExecutionChoices choices =
        ExecutionChoices.of(
            new ExecutionChoices.Given(queue.url, queue.name, null), console.environment());
    String url = choices.queue().map(Setting::value).orElse("");
    Path folder = console.path(".stygian");
    boolean embedded = url.equals(QueueAccess.EMBEDDED);
    if (url.isEmpty() || (embedded && !Files.isDirectory(folder))) {
      if (repair) {
        throw new SettingInvalidException(
            "--repair needs a queue; add --queue redis://HOST:PORT, or set REDIS_URL");
      }
      findings.add(
          new Finding(
              QUEUE, Grade.NOTE, "none is named by --queue or REDIS_URL; local mode needs none"));
      return;
    }
    try {
      if (embedded) {
        try (EmbeddedServer server = EmbeddedServer.open(folder)) {
          queue(server.url(), choices, findings, violations);
        }
      } else {
        Reachability.requireAddress(url);
        queue(url, choices, findings, violations);
      }
    } catch (StygianException e) {
      findings.add(new Finding(QUEUE, Grade.BAD, String.valueOf(e.getMessage())));
    }
  }

  private void queue(
      String url, ExecutionChoices choices, List<Finding> findings, List<Violation> violations) {
    RedisSettings settings =
        RedisSettings.withEnv(url, console.environment())
            .withQueueName(choices.queueName().value())
            .withPatience(PATIENCE);
    findings.add(server(settings, ServerReport.of(settings)));
    if (repair) {
      sweep(settings).ifPresent(findings::add);
    }
    Checkup.Report report = Checkup.of(settings, repair);
    violations.addAll(report.violations());
    report.violations().forEach(violation -> findings.add(finding(violation)));
    report.notes().forEach(note -> findings.add(new Finding(KEYS, Grade.NOTE, note)));
    if (report.violations().isEmpty()) {
      findings.add(
          new Finding(
              KEYS,
              Grade.GOOD,
              counted(report.runs(), "run")
                  + " and "
                  + counted(report.leases(), "lease")
                  + (report.notes().isEmpty()
                      ? ": all adds up"
                      : " seen: nothing is wrong there")));
    }
  }

  /** Whether blobs can be put into the store, where one is named. */
  private static Optional<Finding> blobs(Blobs named) {
    try {
      return named
          .over(new LocalWorkQueue())
          .map(store -> {
            try (store) {
              long begun = System.nanoTime();
              String place = store.check();
              long millis = Duration.ofNanos(System.nanoTime() - begun).toMillis();
              return new Finding(
                  BLOBS,
                  Grade.GOOD,
                  place + ": a blob was put, read and deleted in " + millis + " ms");
            }
          });
    } catch (StygianException e) {
      return Optional.of(new Finding(BLOBS, Grade.BAD, String.valueOf(e.getMessage())));
    }
  }

  /** Deletes what forgotten runs left in the store. */
  private Optional<Finding> sweep(RedisSettings settings) {
    try (RedisWorkQueue opened = RedisWorkQueue.open(settings)) {
      return Blobs.of(blobs, console.environment())
          .over(opened)
          .map(store -> {
            try (store) {
              int deleted = store.sweep(BlobSweep.SAFETY, MOST_SWEPT, InstantSource.system());
              return new Finding(
                  BLOBS,
                  deleted == 0 ? Grade.GOOD : Grade.MENDED,
                  counted(deleted, "blob")
                      + " of forgotten runs deleted"
                      + (deleted == MOST_SWEPT ? "; there may be more, so say it again" : ""));
            }
          });
    } catch (BlobUnavailableException e) {
      return Optional.of(new Finding(BLOBS, Grade.BAD, String.valueOf(e.getMessage())));
    }
  }

  private static String counted(long count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }

  private static Finding finding(Violation v) {
    String remedy =
        switch (v.repair()) {
          case DONE, POSSIBLE -> "--repair " + v.remedy();
          case BEYOND -> v.remedy();
        };
    return new Finding(
        KEYS,
        v.repair() == Violation.Repair.DONE ? Grade.MENDED : Grade.WRONG,
        v.subject() + ": " + v.found() + " (" + v.meaning() + "); " + remedy);
  }

  private static Finding server(RedisSettings settings, ServerReport report) {
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
                QUEUE,
                Grade.BAD,
                text
                    + ", but maxmemory-policy is "
                    + policy
                    + ": tasks may be evicted; set it to noeviction"))
        .orElseGet(() -> new Finding(QUEUE, Grade.GOOD, text));
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

  private static ObjectNode json(List<Finding> findings, List<Violation> violations) {
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    all.put("ok", !has(findings, Grade.BAD) && !has(findings, Grade.WRONG));
    ArrayNode array = all.putArray("findings");
    findings.forEach(f ->
        array.addObject().put("subject", f.subject).put("grade", f.grade.word).put("text", f.text));
    ArrayNode wrong = all.putArray("violations");
    violations.forEach(v ->
        wrong
            .addObject()
            .put("subject", v.subject())
            .put("found", v.found())
            .put("meaning", v.meaning())
            .put("remedy", v.remedy())
            .put("repair", v.repair().name().toLowerCase(Locale.ROOT)));
    return all;
  }
}
