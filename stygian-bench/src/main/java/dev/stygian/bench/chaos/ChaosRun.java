package dev.stygian.bench.chaos;

import dev.stygian.bench.measure.Launcher;
import dev.stygian.bench.measure.WorkFolder;
import dev.stygian.graph.error.StygianException;
import dev.stygian.graph.item.Json;
import dev.stygian.graph.queue.DeadLetter;
import dev.stygian.graph.queue.RunLedger;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.queue.RunStatus.NodeCounts;
import dev.stygian.graph.queue.WorkQueue;
import dev.stygian.redis.RedisSettings;
import dev.stygian.redis.RedisWorkQueue;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/**
 * A run of a {@link Trial} by real processes, the harm that is done to it, and the check of
 * everything that came of it.
 */
public final class ChaosRun {
  private static final Duration START = Duration.ofMinutes(1);

  /** How long nothing may move once the harm is over. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final long LOOK_MILLIS = 100;
  private static final long TELL_SECONDS = 5;
  private static final int PAGE = 500;
  private static final int INFRASTRUCTURE = 3;

  private final ChaosPlan plan;
  private final PrintWriter told;
  private final Schedule schedule;
  private final PlannedEnds planned;
  private final Stalls stalls = new Stalls();
  private final List<Finding> findings = new ArrayList<>();

  /**
   * A run that has not begun.
   *
   * @param told gets a line every few seconds
   */
  public ChaosRun(ChaosPlan plan, PrintWriter told) {
    this.plan = plan;
    this.told = told;
    this.schedule = plan.schedule();
    this.planned = plan.trial().planned(plan.items());
  }

  /** Does it all; what is wrong is in the report, and then its files stay. */
  public ChaosReport play() throws IOException, InterruptedException {
    long began = System.nanoTime();
    WorkFolder folder = WorkFolder.create();
    told.println("chaos: seed " + plan.seed() + ", files in " + folder.path());
    List<Inflicted> inflicted;
    String version;
    Duration still;
    try (Scene scene = Scene.open(plan, folder.path(), stalls)) {
      version = scene.server().ask(commands -> version(commands.info("server")));
      Harm harm = new Harm(schedule, scene, stalls);
      try {
        disturb(scene, harm);
        scene.endProcesses();
        check(scene);
      } catch (IllegalStateException | StygianException e) {
        findings.add(new Finding("The run ends and can be checked", false, e.toString()));
      }
      inflicted = harm.inflicted();
      still = scene.lookout().longestStill();
    }
    OptionalDouble stall = stalls.longestSecondsAfterTheServersReturn();
    findings.add(stall(stall, still));
    ChaosReport report =
        new ChaosReport(
            plan,
            version,
            (System.nanoTime() - began) / 1e9,
            stall,
            ChaosReport.lines(schedule, inflicted, stalls),
            findings,
            inflicted,
            Optional.of(folder.path()));
    if (report.isRight() && !plan.keep()) {
      folder.close();
      return new ChaosReport(
          plan,
          version,
          report.seconds(),
          stall,
          report.lines(),
          findings,
          inflicted,
          Optional.empty());
    }
    Files.writeString(folder.path().resolve("report.json"), report.json().toString());
    Files.writeString(folder.path().resolve("done.txt"), report.doneSoFar());
    return report;
  }

  private static String version(String info) {
    for (String product : List.of("valkey", "redis")) {
      Optional<String> found =
          info.lines()
              .filter(line -> line.startsWith(product + "_version:"))
              .map(line -> line.replace("_version:", " ").strip())
              .findFirst();
      if (found.isPresent()) {
        return found.get();
      }
    }
    return "unknown server";
  }

  private void disturb(Scene scene, Harm harm) throws InterruptedException {
    long end = System.nanoTime() + START.toNanos();
    while (scene.lookout().ended() == 0) {
      if (System.nanoTime() - end > 0) {
        throw new IllegalStateException(
            "no item came to an end within " + START.toSeconds() + " s, before any harm");
      }
      Thread.sleep(LOOK_MILLIS);
    }
    try (ScheduledExecutorService teller = Executors.newSingleThreadScheduledExecutor()) {
      ScheduledFuture<?> _ =
          teller.scheduleAtFixedRate(
              () -> tell(scene, harm), TELL_SECONDS, TELL_SECONDS, TimeUnit.SECONDS);
      scene.beginInput();
      harm.play();
      awaitTheEnd(scene);
    }
  }

  private void tell(Scene scene, Harm harm) {
    told.printf(
        "chaos: %,d of %,d faults, %,d of %,d items have ended%n",
        harm.inflicted().size(), plan.faults(), scene.lookout().ended(), planned.items());
    told.flush();
  }

  private static void awaitTheEnd(Scene scene) throws InterruptedException {
    long size = 0;
    long grewNanos = System.nanoTime();
    while (!scene.submitter().isDone() || !scene.reader().isDone()) {
      Thread.sleep(LOOK_MILLIS);
      long now = scene.output().toFile().length();
      if (now != size) {
        size = now;
        grewNanos = System.nanoTime();
      }
      boolean still = System.nanoTime() - grewNanos > PATIENCE.toNanos();
      if (still && scene.lookout().still().compareTo(PATIENCE) > 0) {
        throw new IllegalStateException(
            "nothing moves for "
                + PATIENCE.toSeconds()
                + " s, and the harm is over; "
                + scene.lookout().last().map(RunStatus::toString).orElse("there is no run"));
      }
    }
  }

  private void check(Scene scene) throws IOException, InterruptedException {
    History history = plan.trial().history(scene.journals(), plan.items());
    history.results(scene.output());
    RunStatus status;
    try (WorkQueue queue = RedisWorkQueue.open(RedisSettings.of(scene.server().url()))) {
      letters(queue.ledger(), history);
      status = queue.ledger().status(Scene.RUN);
    }
    findings.addAll(history.findings());
    findings.add(counters(status));
    findings.add(receipt(scene));
    findings.add(scene.server().ask(commands -> Leftovers.find(commands, planned)));
    findings.add(ends(scene));
  }

  private static void letters(RunLedger ledger, History history) {
    String after = "";
    List<DeadLetter> page = ledger.deadLetters(Scene.RUN, after, PAGE);
    while (!page.isEmpty()) {
      for (DeadLetter letter : page) {
        String last = letter.errors().isEmpty() ? "no error" : letter.errors().getLast().message();
        history.letter(
            letter.task().input().decode(), letter.task().id().node(), letter.attempts(), last);
      }
      after = page.getLast().task().id().item();
      page = ledger.deadLetters(Scene.RUN, after, PAGE);
    }
  }

  private Finding counters(RunStatus status) {
    Wrongs wrongs = new Wrongs();
    expect(wrongs, "submitted items", planned.submitted(), status.submitted());
    expect(wrongs, "emitted items", planned.emitted(), status.emitted().accepted());
    expect(wrongs, "done items", planned.done(), status.done());
    expect(wrongs, "dead items", planned.dead(), status.dead());
    expect(wrongs, "items in flight", 0, status.inFlight());
    expect(wrongs, "nodes", planned.nodes().size(), status.nodes().size());
    long retries = 0;
    for (NodeCounts node : status.nodes()) {
      PlannedEnds.OfNode ends = planned.of(node.node());
      String name = node.node() + ": ";
      expect(wrongs, name + "done", ends.done(), node.done());
      expect(wrongs, name + "dead", ends.dead(), node.dead());
      expect(wrongs, name + "unfinished", 0, node.waiting() + node.delayed() + node.leased());
      retries += node.retries();
    }
    return new Finding(
        "The counters are right",
        wrongs.isEmpty(),
        wrongs.detail(
            "of the run and of each of its %d nodes; %,d attempts were repeated"
                .formatted(status.nodes().size(), retries)));
  }

  private static void expect(Wrongs wrongs, String what, long planned, long counted) {
    if (planned != counted) {
      wrongs.add("%s %,d instead of %,d".formatted(what, counted, planned));
    }
  }

  private Finding receipt(Scene scene) throws IOException, InterruptedException {
    String holds = "The receipt adds up";
    Process process =
        new ProcessBuilder(
                Launcher.command(
                    "receipt", Scene.RUN.value(), "--json", "--queue", scene.server().url()))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    process.getOutputStream().close();
    byte[] said = process.getInputStream().readAllBytes();
    int code = process.waitFor();
    if (said.length == 0) {
      return new Finding(holds, false, "stygian receipt ended with " + code + " and said nothing");
    }
    JsonNode receipt = Json.parse(said);
    JsonNode ends = receipt.path("ends");
    // what was found again, which is more where an attempt was repeated
    long duplicates = ends.path("duplicate").asLong();
    boolean isRight =
        code == 0
            && receipt.path("reconciles").asBoolean(false)
            && receipt.path("found").asLong(-1) == planned.emitted()
            && receipt.path("items").asLong(-1) - duplicates == planned.items()
            && ends.path("done").asLong(-1) == planned.done()
            && ends.path("dead").asLong(-1) == planned.dead()
            && receipt.path("state").asString("").equals("finished");
    return new Finding(
        holds,
        isRight,
        isRight ? "stygian receipt ends with 0 and says so" : "exit code " + code + ", " + receipt);
  }

  /**
   * A submitter and a reader may say that they meet no server when they start; nothing else ends
   * unless it is killed.
   */
  private static Finding ends(Scene scene) {
    Wrongs wrongs = new Wrongs();
    int refused = 0;
    for (ServedProcess process : scene.processes()) {
      boolean hasAnEnd = process == scene.submitter() || process == scene.reader();
      for (Map.Entry<Integer, Integer> end : process.ownEnds().entrySet()) {
        if (hasAnEnd && end.getKey() == INFRASTRUCTURE) {
          refused += end.getValue();
        } else if (!hasAnEnd || end.getKey() != 0) {
          wrongs.add(
              "%s ended with %d, %d times (see %s.log)"
                  .formatted(process.name(), end.getKey(), end.getValue(), process.name()));
        }
      }
    }
    return new Finding(
        "No process ended on its own",
        wrongs.isEmpty(),
        wrongs.detail(
            refused == 0
                ? "only what was killed ended before its work was done"
                : "but for submitters and readers that met no server, %d times"
                    .formatted(refused)));
  }

  private Finding stall(OptionalDouble longest, Duration still) {
    boolean tooLong =
        plan.longestStall().isPresent()
            && longest.isPresent()
            && longest.getAsDouble() > plan.longestStall().getAsInt();
    return new Finding(
        plan.longestStall().isPresent()
            ? "Work goes on within " + plan.longestStall().getAsInt() + " s of the server's return"
            : "Work goes on after the server's return",
        !tooLong,
        (longest.isPresent()
                ? "longest stall %.2f s".formatted(longest.getAsDouble())
                : "no stall was measured")
            + "; "
            + stalls.cutShort()
            + "; the longest time without progress, whatever was harmed then, was %.2f s"
                .formatted(still.toMillis() / 1e3));
  }
}
