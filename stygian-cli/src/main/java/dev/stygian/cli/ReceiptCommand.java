package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import dev.stygian.cli.output.ReceiptView;
import dev.stygian.graph.queue.Receipt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code stygian receipt}. */
@Command(
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Exit code 0 says that it adds up, 1 that it does not. A run that has not ended",
      "adds up too; `stygian await` tells when it has.",
      "",
      "Example:",
      "  stygian receipt books-7f3a --queue redis://localhost:6379 --json"
    })
final class ReceiptCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final RunArgument run = new RunArgument();
  @Mixin private final QueueOptions queue = new QueueOptions();

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  ReceiptCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws InterruptedException {
    try (QueueAccess access = QueueAccess.open(console, queue)) {
      Receipt receipt = access.ledger().receipt(run.id());
      if (json) {
        console.print(ReceiptView.json(receipt).toString());
      } else {
        ReceiptView.lines(receipt).forEach(console::print);
      }
      return receipt.discrepancies().isEmpty() ? ExitCode.OK : ExitCode.INCOMPLETE;
    }
  }
}
