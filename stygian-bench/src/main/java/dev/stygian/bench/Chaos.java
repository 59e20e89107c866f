package dev.stygian.bench;

import dev.stygian.bench.chaos.ChaosPlan;
import dev.stygian.bench.chaos.ChaosReport;
import dev.stygian.bench.chaos.ChaosRun;
import dev.stygian.bench.chaos.ClockShift;
import dev.stygian.bench.chaos.Trial;
import dev.stygian.bench.measure.BenchServer;
import dev.stygian.graph.error.StygianException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The program behind {@code stygian chaos}. */
@Command(
    name = "stygian chaos",
    mixinStandardHelpOptions = true,
    description = {
      "Harms a run of real processes for a while, then checks what became of each item.",
      "",
      "Workers, submitter, reader and server are killed and paused, connections cut and delayed,"
          + " memory filled, clocks shifted. The seed decides what happens when. How to read the"
          + " report: docs/chaos.md."
    },
    footer = {
      "",
      "Exit codes: 0 all holds, 1 something does not, 2 usage, 3 infrastructure.",
      "",
      "Example:",
      "  stygian chaos --seed 4711 --items 5000 --faults 60 --seconds 60",
      "  stygian chaos --trial growing --items 1000 --faults 30 --seconds 40"
    })
final class Chaos implements Callable<Integer> {
  private static final int OK = 0;
  private static final int WRONG = 1;
  private static final int INFRASTRUCTURE = 3;
  private static final long MOST_SEED = 1_000_000_000;

  @Spec private CommandSpec spec;

  @Option(
      names = "--trial",
      paramLabel = "NAME",
      description = {
        "What is run: fixed, a graph with a branch and a join, or growing, whose items find others,"
            + " are split, wait for hosts and are collected. Default: ${DEFAULT-VALUE}."
      })
  private String trial = Trial.FIXED.text();

  @Option(
      names = "--items",
      paramLabel = "N",
      description = "How many are submitted, spread over --seconds. Default: ${DEFAULT-VALUE}.")
  private int items = 5_000;

  @Option(
      names = "--faults",
      paramLabel = "N",
      description = "How often something is done to the run. Default: ${DEFAULT-VALUE}.")
  private int faults = 60;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "For how long. Default: ${DEFAULT-VALUE}.")
  private int seconds = 60;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Decides what is done when. Default: another one each time.")
  private @Nullable Long seed;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Worker processes. Default: ${DEFAULT-VALUE}.")
  private int workers = 3;

  @Option(
      names = "--slots",
      paramLabel = "N",
      description = "Tasks that each of them executes at once. Default: ${DEFAULT-VALUE}.")
  private int slots = 64;

  @Option(
      names = "--server",
      paramLabel = "NAME",
      description = "The server: redis-6.2, redis-7 or valkey-8. Default: ${DEFAULT-VALUE}.")
  private String server = BenchServer.USUAL;

  @Option(
      names = "--longest-stall",
      paramLabel = "SECONDS",
      description = "After the server's return; more than that is wrong. Default: it is told only.")
  private @Nullable Integer longestStall;

  @Option(
      names = "--faketime",
      paramLabel = "FILE",
      description =
          "The library that shifts clocks. Default: Debian's libfaketime, if it is there.")
  private @Nullable Path faketime;

  @Option(names = "--timetable", description = "Print what would be done when, and do nothing.")
  private boolean timetable;

  @Option(names = "--keep", description = "Keep all files even where everything holds.")
  private boolean keep;

  @Option(names = "--json", description = "Print one JSON object instead of a table.")
  private boolean json;

  // picocli makes the instance and fills the fields
  @SuppressWarnings("NullAway.Init")
  private Chaos() {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new Chaos()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    ChaosPlan plan = plan();
    if (timetable) {
      out.print(plan.timetable());
      out.flush();
      return OK;
    }
    try {
      ChaosReport report = new ChaosRun(plan, err).play();
      out.println(json ? report.json().toString() : report.text());
      if (!report.isRight()) {
        err.println("chaos: what was done until then:");
        err.print(report.doneSoFar());
        err.println("chaos: seed " + plan.seed() + "; again: " + plan.command());
      }
      report
          .folder()
          .ifPresent(
              folder -> err.println("chaos: logs, results and the server's data are in " + folder));
      return report.isRight() ? OK : WRONG;
    } catch (StygianException e) {
      err.println("stygian: " + e.getMessage() + " (seed " + plan.seed() + ")");
      return INFRASTRUCTURE;
    }
  }

  private ChaosPlan plan() {
    try {
      return new ChaosPlan(
          Trial.of(trial),
          items,
          faults,
          seconds,
          seed == null ? ThreadLocalRandom.current().nextLong(MOST_SEED) : seed,
          workers,
          slots,
          server,
          longestStall == null ? OptionalInt.empty() : OptionalInt.of(longestStall),
          faketime == null ? ClockShift.installed() : Optional.of(new ClockShift(faketime)),
          keep);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage() + ".", e);
    }
  }
}
