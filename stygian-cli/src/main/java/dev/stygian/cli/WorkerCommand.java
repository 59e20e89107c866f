package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import dev.stygian.graph.engine.SharedSlots;
import dev.stygian.graph.engine.Worker;
import dev.stygian.graph.error.StygianException;
import dev.stygian.graph.queue.BlobQueue;
import dev.stygian.graph.service.ServiceRegistry;
import dev.stygian.graph.settings.Spans;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
      "  stygian worker --queue redis://localhost:6379 --workers 50",
      "  stygian worker --queues extract=10,crawl=1 --workers 50",
      "  stygian worker --queues urgent,usual"
    })
final class WorkerCommand implements Callable<Integer> {
  static final String UNTIL_INPUT_ENDS = "--until-input-ends";

  private static final long LOOK_MILLIS = 200;

  private final Console console;
  private final BlobSweep.Pace sweeping;

  @Mixin private final QueueOptions queue = new QueueOptions();
  @Mixin private final WorkOptions work = new WorkOptions();
  @Mixin private final BlobOptions blobs = new BlobOptions();
  @Mixin private final BlobSize blobSize = new BlobSize();

  @Option(
      names = "--queues",
      paramLabel = "LIST",
      description =
          "Several queues there. NAME=WEIGHT,...: each gets tasks by its weight while it has work."
              + " NAME,...: each is served while those before it have none.")
  private @Nullable String queues;

  @Option(
      names = "--grace",
      paramLabel = "TIME",
      defaultValue = "20s",
      description = "How long what is running may go on after SIGTERM. Default: 20s.")
  private String grace = "20s";

  @Option(names = UNTIL_INPUT_ENDS, hidden = true)
  private boolean untilInputEnds;

  WorkerCommand(Console console, BlobSweep.Pace sweeping) {
    this.console = console;
    this.sweeping = sweeping;
  }

  @Override
  public Integer call() throws InterruptedException {
    Duration graceSpan = Spans.duration(grace);
    ExecutionChoices choices =
        ExecutionChoices.of(
            new ExecutionChoices.Given(queue.url, queue.name, work.workers), console.environment());
    ServedQueues served = served(choices);
    Blobs store = Blobs.of(blobs, blobSize, console.environment());
    try (ServiceRegistry registry = Services.installed(console);
        Interruption interruption =
            new Interruption(
                console,
                () ->
                    say(
                        "Stopping: finishing what is running, at most "
                            + Spans.format(graceSpan)));
        Staff staff = new Staff()) {
      staff.hire(choices, served, registry, store);
      say("working with services " + String.join(", ", registry.available()));
      if (untilInputEnds) {
        stopAtEndOfInput(interruption);
      }
      try (BlobSweep _ = BlobSweep.start(staff.withBlobs(), sweeping);
          WorkerProcesses more =
              WorkerProcesses.start(
                  console,
                  work.processes(),
                  staff.url(),
                  choices,
                  Optional.ofNullable(queues),
                  store,
                  work.allowPrivate)) {
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

  private ServedQueues served(ExecutionChoices choices) {
    return queues == null
        ? ServedQueues.only(choices.queueName().value())
        : ServedQueues.parse(queues);
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

    void hire(
        ExecutionChoices choices, ServedQueues served, ServiceRegistry registry, Blobs store) {
      SharedSlots slots = new SharedSlots(choices.workers().value());
      List<SharedSlots.Part> parts =
          served.all().stream().map(queue -> slots.part(queue.rank(), queue.weight())).toList();
      for (int i = 0; i < parts.size(); i++) {
        String name = served.all().get(i).name();
        QueueAccess access =
            i == 0
                ? QueueAccess.openPatiently(console, choices.ofQueue(name), store).checked()
                : accesses.getFirst().another(name);
        accesses.add(access);
        workers.add(Worker.start(access.queue(), registry, work.options(choices), parts.get(i)));
      }
    }

    List<BlobQueue> withBlobs() {
      return accesses.stream().flatMap(access -> access.withBlobs().stream()).toList();
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
      List<Thread> stopping = new ArrayList<>(); // together: none leases while another one stops
      for (Worker worker : workers) {
        stopping.add(
            Thread.ofVirtual()
                .name("stygian-stop")
                .start(() -> {
                  try {
                    worker.stop(grace);
                  } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                  }
                }));
      }
      for (Thread each : stopping) {
        each.join();
      }
    }

    @Override
    public void close() {
      workers.forEach(Worker::close);
      accesses.forEach(QueueAccess::close);
    }
  }
}
