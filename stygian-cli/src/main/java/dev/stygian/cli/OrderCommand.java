package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import dev.stygian.cli.output.StatusView;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunLedger;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code stygian cancel}, {@code pause} and {@code resume}: one order to a run. */
@Command(
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  ${COMMAND-FULL-NAME} books-7f3a --queue redis://localhost:6379"})
final class OrderCommand implements Callable<Integer> {
  /** What can be ordered. */
  enum Order {
    CANCEL("cancelled"),
    PAUSE("paused"),
    RESUME("resumed");

    private final String told;

    Order(String told) {
      this.told = told;
    }

    private void give(RunLedger ledger, RunId run) {
      switch (this) {
        case CANCEL -> ledger.cancel(run);
        case PAUSE -> ledger.pause(run);
        case RESUME -> ledger.resume(run);
      }
    }
  }

  private final Console console;
  private final Order order;

  @Mixin private final RunArgument run = new RunArgument();
  @Mixin private final QueueOptions queue = new QueueOptions();

  @Option(names = "--json", description = "Print the status afterwards as one JSON object.")
  private boolean json;

  OrderCommand(Console console, Order order) {
    this.console = console;
    this.order = order;
  }

  @Override
  public Integer call() throws InterruptedException {
    try (QueueAccess access = QueueAccess.open(console, queue)) {
      order.give(access.ledger(), run.id());
      if (json) {
        console.print(StatusView.json(access.ledger().status(run.id())).toString());
      } else {
        console.say(order.told + " " + run.id());
      }
      return ExitCode.OK;
    }
  }
}
