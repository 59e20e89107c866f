package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import dev.stygian.graph.engine.Worker;
import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.error.StygianException;
import dev.stygian.graph.service.ServiceRegistry;
import dev.stygian.graph.settings.Spans;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code stygian worker}: serves every run of its queues until it is told to stop. */
@Command(
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "SIGTERM and Ctrl-C: it takes nothing more, finishes what it can within --grace and hands",
      "the rest back; no task loses an attempt.",
      "",
      "Example:",
      "  stygian worker --queue redis://localhost:6379 --workers 50"
    })
final class WorkerCommand implements Callable<Integer> {
  static final String UNTIL_INPUT_ENDS = "--until-input-ends";

  private static final long LOOK_MILLIS = 200;

  private final Console console;

  @Mixin private final QueueOptions queue = new QueueOptions();
  @Mixin private final WorkOptions work = new WorkOptions();

  @Option(
      names = "--queues",
      paramLabel = "NAME=WEIGHT",
      split = ",",
      description = "Several queues there; the workers are shared out by weight.")
  private Map<String, Integer> queues = new LinkedHashMap<>();

  @Option(
      names = "--grace",
      paramLabel = "TIME",
      defaultValue = "20s",
      description = "How long what is running may go on after SIGTERM. Default: 20s.")
  private String grace = "20s";

  @Option(names = UNTIL_INPUT_ENDS, hidden = true)
  private boolean untilInputEnds;

  WorkerCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws InterruptedException {
    Duration graceSpan = Spans.duration(grace);
    ExecutionChoices choices =
        ExecutionChoices.of(
            new ExecutionChoices.Given(queue.url, queue.name, work.workers), console.environment());
    try (ServiceRegistry registry = Services.installed(console);
        Interruption interruption =
            new Interruption(
                console,
                () ->
                    say(
                        "Stopping: finishing what is running, at most "
                            + Spans.format(graceSpan)));
        Staff staff = new Staff()) {
      for (var share : shares(choices).entrySet()) {
        staff.hire(choices, share.getKey(), share.getValue(), registry);
      }
      say("working with services " + String.join(", ", registry.available()));
      if (untilInputEnds) {
        stopAtEndOfInput(interruption);
      }
      try (WorkerProcesses more =
          WorkerProcesses.start(
              console, work.processes(), staff.url(), choices, work.allowPrivate)) {
        while (!interruption.await(LOOK_MILLIS)) {
          staff.check();
          more.reportDead();
        }
        more.stop(Duration.ZERO);
        staff.stop(graceSpan);
        more.stop(graceSpan);
      }
      boolean ordered = interruption.isTerminated() || untilInputEnds;
      return ordered ? ExitCode.OK : ExitCode.INTERRUPTED;
    }
  }

  /** How many of the workers each queue gets; every queue at least one. */
  private Map<String, Integer> shares(ExecutionChoices choices) {
    int workers = choices.workers().value();
    if (queues.isEmpty()) {
      return Map.of(choices.queueName().value(), workers);
    }
    long total = queues.values().stream().mapToLong(Integer::longValue).sum();
    Map<String, Integer> shares = new LinkedHashMap<>();
    queues.forEach((name, weight) -> {
      if (weight < 1) {
        throw new SettingInvalidException(
            "queue " + name + " has the weight " + weight + "; write a whole number from 1 on");
      }
      shares.put(name, (int) Math.max(1, Math.round((double) workers * weight / total)));
    });
    return shares;
  }

  /** A child process leaves the talking to its parent. */
  private void say(String line) {
    if (!untilInputEnds) {
      console.say(line);
    }
  }

  private void stopAtEndOfInput(Interruption interruption) {
    Thread.ofPlatform()
        .daemon()
        .name("stygian-end-of-input")
        .start(() -> {
          try {
            console.in().transferTo(java.io.OutputStream.nullOutputStream());
          } catch (IOException _) {
            // as good as an end
          }
          interruption.ask();
        });
  }

  /** The workers of this process, one per queue. */
  private final class Staff implements AutoCloseable {
    private final List<QueueAccess> accesses = new ArrayList<>();
    private final List<Worker> workers = new ArrayList<>();

    void hire(ExecutionChoices choices, String name, int slots, ServiceRegistry registry) {
      QueueAccess access = QueueAccess.openPatiently(console, choices.ofQueue(name, slots));
      accesses.add(access);
      workers.add(
          Worker.start(access.queue(), registry, work.options(choices.ofQueue(name, slots))));
    }

    String url() {
      return accesses.getFirst().url();
    }

    void check() {
      for (Worker worker : workers) {
        Optional<StygianException> failure = worker.failure();
        if (failure.isPresent()) {
          throw failure.get();
        }
      }
    }

    void stop(Duration grace) throws InterruptedException {
      long end = System.nanoTime() + grace.toNanos();
      for (Worker worker : workers) {
        worker.stop(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
      }
    }

    @Override
    public void close() {
      workers.forEach(Worker::close);
      accesses.forEach(QueueAccess::close);
    }
  }
}
