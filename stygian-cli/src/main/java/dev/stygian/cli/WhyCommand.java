package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import dev.stygian.cli.output.WhyView;
import dev.stygian.graph.queue.Explanation;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code stygian why}. */
@Command(
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "It names all that holds tasks back, and what to do about it; where the run",
      "moves, it says so. The run itself is left as it is.",
      "",
      "Example:",
      "  stygian why books-7f3a --queue redis://localhost:6379"
    })
final class WhyCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final RunArgument run = new RunArgument();
  @Mixin private final QueueOptions queue = new QueueOptions();

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  WhyCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws InterruptedException {
    try (QueueAccess access = QueueAccess.open(console, queue)) {
      Explanation explanation = access.ledger().why(run.id());
      if (json) {
        console.print(WhyView.json(explanation).toString());
      } else {
        WhyView.lines(explanation).forEach(console::print);
      }
      return ExitCode.OK;
    }
  }
}
