package dev.stygian.bench;

import dev.stygian.bench.macro.CrawlCase;
import dev.stygian.bench.macro.DagCase;
import dev.stygian.bench.macro.GrowthCase;
import dev.stygian.bench.macro.KnownCase;
import dev.stygian.bench.macro.LatencyCase;
import dev.stygian.bench.macro.QueueCase;
import dev.stygian.bench.macro.ScaleCase;
import dev.stygian.bench.macro.StartCase;
import dev.stygian.bench.measure.BenchCase;
import dev.stygian.bench.measure.BenchServer;
import dev.stygian.bench.measure.CaseReport;
import dev.stygian.bench.measure.Checkout;
import dev.stygian.bench.measure.Launcher;
import dev.stygian.bench.measure.Setup;
import dev.stygian.bench.micro.CodecCase;
import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.error.StygianException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The program behind {@code stygian bench}. */
@Command(
    name = "stygian bench",
    mixinStandardHelpOptions = true,
    description = {
      "Measures what things cost, each beside a reference in the same run.",
      "",
      "Tables go to standard output, progress to standard error. Without CASE all are measured,"
          + " in some ten minutes. How to read the tables: docs/performance.md."
    },
    footer = {"", "Example:", "  stygian bench queue --server valkey-8 --json > queue.json"})
final class Bench implements Callable<Integer> {
  private static final int OK = 0;

  /** A result is missing or wrong. */
  private static final int WRONG = 1;

  private static final int USAGE = 2;
  private static final int INFRASTRUCTURE = 3;

  private static final List<BenchCase> CASES =
      List.of(
          new QueueCase(),
          new LatencyCase(),
          new DagCase(),
          new CrawlCase(),
          new ScaleCase(),
          new GrowthCase(),
          new KnownCase(),
          new StartCase(),
          new CodecCase());

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "CASE",
      description =
          "What to measure: queue, latency, dag, crawl, scale, growth, known, start, codec.")
  private List<String> names = List.of();

  @Option(names = "--json", description = "Print one JSON object instead of tables.")
  private boolean json;

  @Option(
      names = "--redis",
      paramLabel = "URL",
      description = "A running server without keys; it is emptied. Default: one of its own.")
  private @Nullable String redis;

  @Option(
      names = "--server",
      paramLabel = "NAME",
      description = "Its own server: redis-6.2, redis-7 or valkey-8. Default: ${DEFAULT-VALUE}.")
  private String server = BenchServer.USUAL;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "Length of a round, about. Default: ${DEFAULT-VALUE}.")
  private int seconds = 2;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Tasks per call in the case queue. Default: ${DEFAULT-VALUE}.")
  private int batch = 200;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads in the case queue. Default: ${DEFAULT-VALUE}.")
  private int threads = 4;

  @Option(
      names = "--variant",
      paramLabel = "TEXT",
      description = "Only the variants of a case whose names contain this.")
  private @Nullable String variant;

  @Option(names = "--smoke", description = "Run everything tiny and once, to see that it works.")
  private boolean smoke;

  @Option(names = "--full", description = "Measure the sizes that take minutes as well.")
  private boolean full;

  // picocli makes the instance and fills the fields
  @SuppressWarnings("NullAway.Init")
  private Bench() {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new Bench()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    Setup setup = setup();
    List<BenchCase> chosen = chosen();
    ObjectNode document = document(Instant.now().truncatedTo(ChronoUnit.SECONDS));
    List<CaseReport> reports = new ArrayList<>();
    try {
      for (BenchCase one : chosen) {
        int ended = run(one, setup, reports);
        if (ended != OK) {
          document.put("failed", one.name());
          return ended;
        }
      }
      return OK;
    } finally { // what took minutes to measure is told, whatever becomes of a later case
      if (json) {
        var cases = document.putArray("cases");
        reports.forEach(report -> cases.add(report.json()));
        out().println(document);
      }
    }
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private int run(BenchCase one, Setup setup, List<CaseReport> reports) throws Exception {
    PrintWriter err = spec.commandLine().getErr();
    err.println("bench: " + one.name() + ", " + one.summary() + " …");
    long began = System.nanoTime();
    try {
      for (CaseReport report : one.run(setup)) {
        reports.add(report);
        if (!json) {
          out().println(report.markdown());
        }
      }
    } catch (SettingInvalidException e) {
      err.println("stygian: " + e.getMessage());
      return USAGE;
    } catch (StygianException e) {
      err.println("stygian: " + e.getMessage());
      return INFRASTRUCTURE;
    } catch (IllegalStateException e) {
      err.println("stygian: the case " + one.name() + " went wrong: " + e.getMessage());
      e.printStackTrace(err);
      return WRONG;
    }
    err.printf("bench: %s took %d s%n", one.name(), (System.nanoTime() - began) / 1_000_000_000);
    return OK;
  }

  private Setup setup() {
    try {
      return new Setup(
          Optional.ofNullable(redis),
          server,
          seconds,
          smoke,
          full,
          batch,
          threads,
          Optional.ofNullable(variant));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage() + ".", e);
    }
  }

  private List<BenchCase> chosen() {
    for (String name : names) {
      if (CASES.stream().noneMatch(c -> c.name().equals(name))) {
        throw new ParameterException(
            spec.commandLine(),
            "No case \""
                + name
                + "\"; there are "
                + CASES.stream().map(BenchCase::name).collect(Collectors.joining(", "))
                + ".");
      }
    }
    return names.isEmpty() ? CASES : CASES.stream().filter(c -> names.contains(c.name())).toList();
  }

  /** What the figures depend on, beside the machine. */
  private ObjectNode document(Instant begin) throws IOException, InterruptedException {
    ObjectNode all =
        JsonNodeFactory.instance
            .objectNode()
            .put("date", begin.toString())
            .put("java", Runtime.version().toString())
            .put("cores", Runtime.getRuntime().availableProcessors())
            .put("seconds", seconds)
            .put("batch", batch)
            .put("threads", threads)
            .put("smoke", smoke)
            .put("full", full);
    Optional<Path> home = Launcher.home();
    if (home.isPresent()) {
      Checkout.commit(home.get()).ifPresent(commit -> all.put("commit", commit));
    }
    return all;
  }
}
