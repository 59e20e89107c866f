package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/**
 * {@code stygian bench} and {@code stygian chaos} where there are none: in a source checkout the
 * launcher starts the module {@code stygian-bench} instead of this program.
 */
@Command(
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "It is part of a source checkout; there this shows its own options.",
      "",
      "Example:",
      "  ${COMMAND-FULL-NAME} --help"
    })
final class CheckoutCommand implements Callable<Integer> {
  private final Console console;
  private final String name;

  @Unmatched private final List<String> words = new ArrayList<>();

  CheckoutCommand(Console console, String name) {
    this.console = console;
    this.name = name;
  }

  @Override
  public Integer call() {
    List<String> command = new ArrayList<>(List.of("./stygian", name));
    command.addAll(words);
    console.say(
        "stygian: "
            + name
            + " is part of a source checkout, not of a distribution; clone the repository and run `"
            + String.join(" ", command)
            + "` there.");
    return ExitCode.USAGE;
  }
}
