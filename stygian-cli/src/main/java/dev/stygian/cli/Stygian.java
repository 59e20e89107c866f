package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The program {@code stygian}; {@link Commands} knows what it can do. */
@Command(
    name = "stygian",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    description = "Scrapes the web and extracts records by a pipeline, on one machine or on many.",
    footer = {
      "",
      "Example:",
      "  stygian run examples/quickstart/quickstart.toml -o products.jsonl",
      "",
      "`stygian COMMAND --help` tells about one command. Exit codes: 0 all done, 1 some",
      "tasks dead, 2 usage or pipeline error, 3 infrastructure, 130 interrupted."
    })
final class Stygian implements Runnable {
  @Spec private CommandSpec spec;

  // picocli makes the instance and fills the fields
  @SuppressWarnings("NullAway.Init")
  Stygian() {}

  public static void main(String[] args) {
    Console console = Console.ofProcess();
    if (console.isLive()) {
      System.setErr(console.err()); // the log goes above the progress, not into it
    }
    int code = execute(console, args);
    console.out().flush();
    // workers' threads may still sit in a call that nothing interrupts
    System.exit(code);
  }

  /** Runs one command on this process's streams and returns its exit code; the process lives on. */
  static int execute(String... args) {
    return execute(Console.ofProcess(), args);
  }

  /** Runs one command and returns its exit code. */
  static int execute(Console console, String... args) {
    Verbosity.reset();
    String wanted = Arrays.stream(args).filter(Commands::has).findFirst().orElse("");
    CommandLine tree =
        Commands.tree(console, CommandSpec.forAnnotatedObject(new Stygian()), wanted);
    Failures failures = new Failures(console);
    Ansi ansi = console.colour() ? Ansi.ON : Ansi.OFF;
    ColorScheme colours = CommandLine.Help.defaultColorScheme(ansi);
    tree.setOut(writer(console.out()))
        .setErr(writer(console.err()))
        .setColorScheme(colours)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(failures)
        .setParameterExceptionHandler(failures);
    return tree.execute(args);
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Name a command; --help lists them.");
  }
}
