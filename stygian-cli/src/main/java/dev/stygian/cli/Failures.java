package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import dev.stygian.graph.error.StygianException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Tells a person what went wrong: one plain message; the stack trace only with {@code --verbose}.
 */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
  private final Console console;

  Failures(Console console) {
    this.console = console;
  }

  @Override
  public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
    console.out().flush();
    return switch (failure) {
      case StygianException known -> {
        tell(String.valueOf(known.getMessage()), known);
        yield ExitCode.of(known);
      }
      case InterruptedException e -> {
        console.say("Interrupted.");
        yield ExitCode.INTERRUPTED;
      }
      default -> {
        tell(
            "This is a fault of this program: "
                + failure
                + ". Run it again with --verbose to see"
                + " where.",
            failure);
        yield ExitCode.INFRASTRUCTURE;
      }
    };
  }

  private void tell(String message, Exception failure) {
    console.say("stygian: " + message);
    if (Verbosity.isOn()) {
      failure.printStackTrace(console.err());
    }
  }

  @Override
  public int handleParseException(ParameterException problem, String[] arguments) {
    CommandLine command = problem.getCommandLine();
    console.say("stygian: " + firstLine(String.valueOf(problem.getMessage())));
    UnmatchedArgumentException.printSuggestions(problem, console.err());
    console.say("See `" + command.getCommandSpec().qualifiedName() + " --help`.");
    return ExitCode.USAGE;
  }

  private static String firstLine(String message) {
    String text = message.lines().findFirst().orElse("wrong usage");
    return text.endsWith(".") ? text : text + ".";
  }
}
