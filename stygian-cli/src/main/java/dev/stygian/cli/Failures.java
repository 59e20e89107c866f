package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import dev.stygian.graph.error.RunUnknownException;
import dev.stygian.graph.error.StygianException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
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
      case RunUnknownException unknown -> {
        tell(unknown.getMessage() + " (`stygian queues` lists those that there are)", unknown);
        yield ExitCode.of(unknown);
      }
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
      StringWriter trace = new StringWriter();
      failure.printStackTrace(new PrintWriter(trace));
      console.say(trace.toString().strip());
    }
  }

  @Override
  public int handleParseException(ParameterException problem, String[] arguments) {
    CommandLine command = problem.getCommandLine();
    ParameterException told = problem;
    if (problem instanceof MissingParameterException
        && !command.getUnmatchedArguments().isEmpty()) {
      // what is missing may be there, under a mistyped name
      told = new UnmatchedArgumentException(command, command.getUnmatchedArguments());
    }
    console.say("stygian: " + firstLine(String.valueOf(told.getMessage())));
    if (told instanceof UnmatchedArgumentException unmatched) {
      suggest(command, unmatched.getSuggestions());
    }
    console.say("See `" + command.getCommandSpec().qualifiedName() + " --help`.");
    return ExitCode.USAGE;
  }

  private void suggest(CommandLine command, List<String> suggestions) {
    if (suggestions.isEmpty()) {
      return;
    }
    String name = command.getCommandSpec().qualifiedName() + " ";
    String all =
        suggestions.stream()
            .map(s -> s.startsWith("-") ? s : name + s)
            .collect(Collectors.joining(" or "));
    console.say("Did you mean: " + all + "?");
  }

  private static String firstLine(String message) {
    String text = message.lines().findFirst().orElse("wrong usage");
    return text.endsWith(".") ? text : text + ".";
  }
}
