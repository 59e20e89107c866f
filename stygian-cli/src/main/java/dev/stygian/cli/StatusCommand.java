package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import dev.stygian.cli.output.StatusView;
import dev.stygian.graph.queue.RunStatus;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code stygian status}. */
@Command(
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  stygian status books-7f3a --queue redis://localhost:6379 --json"})
final class StatusCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final RunArgument run = new RunArgument();
  @Mixin private final QueueOptions queue = new QueueOptions();

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  StatusCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws InterruptedException {
    try (QueueAccess access = QueueAccess.open(console, queue)) {
      print(console, access.ledger().status(run.id()), json);
      return ExitCode.OK;
    }
  }

  static void print(Console console, RunStatus status, boolean json) {
    if (json) {
      console.print(StatusView.json(status).toString());
    } else {
      StatusView.lines(status, Instant.now()).forEach(console::print);
    }
  }
}
