package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/**
 * {@code stygian bench} where there is none: in a source checkout the launcher starts the module
 * {@code stygian-bench} instead of this program.
 */
@Command(
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "The bench is part of a source checkout; there this shows its own options.",
      "",
      "Example:",
      "  stygian bench queue"
    })
final class BenchCommand implements Callable<Integer> {
  private final Console console;

  @Unmatched private final List<String> words = new ArrayList<>();

  BenchCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    List<String> command = new ArrayList<>(List.of("./stygian", "bench"));
    command.addAll(words);
    console.say(
        "stygian: the bench is part of a source checkout, not of a distribution; clone the"
            + " repository and run `"
            + String.join(" ", command)
            + "` there.");
    return ExitCode.USAGE;
  }
}
