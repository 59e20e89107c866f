package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import dev.stygian.cli.output.Progress;
import dev.stygian.cli.output.StatusView;
import dev.stygian.graph.queue.RunLedger;
import dev.stygian.graph.queue.RunStatus;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code stygian await}: ends when the run does, with the run's exit code. */
@Command(
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example:",
      "  stygian await books-7f3a && stygian results books-7f3a -o books.jsonl"
    })
final class AwaitCommand implements Callable<Integer> {
  private static final long FIRST_PAUSE_MILLIS = 20;
  private static final long LONGEST_PAUSE_MILLIS = 500;

  private final Console console;

  @Mixin private final RunArgument run = new RunArgument();
  @Mixin private final QueueOptions queue = new QueueOptions();

  @Option(names = "--json", description = "Print the final status as one JSON object.")
  private boolean json;

  AwaitCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws InterruptedException {
    try (QueueAccess access = QueueAccess.open(console, queue)) {
      RunStatus status = await(access.ledger());
      if (json) {
        console.print(StatusView.json(status).toString());
      } else {
        console.say(StatusView.state(status) + ": " + StatusView.counts(status));
      }
      return exitCode(status);
    }
  }

  private RunStatus await(RunLedger ledger) throws InterruptedException {
    try (Progress progress = Progress.on(console)) {
      long pause = FIRST_PAUSE_MILLIS;
      while (true) {
        RunStatus status = ledger.status(run.id());
        progress.show(status);
        if (isOver(status)) {
          return status;
        }
        Thread.sleep(pause);
        pause = Math.min(LONGEST_PAUSE_MILLIS, pause * 2);
      }
    }
  }

  /** A cancelled run is over once its last lease has ended. */
  static boolean isOver(RunStatus status) {
    return switch (status.state()) {
      case FINISHED -> true;
      case CANCELLED -> status.inFlight() == 0;
      case RUNNING, PAUSED -> false;
    };
  }

  static int exitCode(RunStatus status) {
    boolean whole = status.dead() == 0 && status.state() != RunStatus.State.CANCELLED;
    return whole ? ExitCode.OK : ExitCode.INCOMPLETE;
  }
}
