package dev.stygian.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The program {@code stygian}. */
@Command(
    name = "stygian",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Scrapes the web and extracts records by a pipeline, on one machine or on many.")
final class Stygian implements Runnable {
  @Spec private CommandSpec spec;

  // picocli makes the instance and fills the fields
  @SuppressWarnings("NullAway.Init")
  Stygian() {}

  public static void main(String[] args) {
    System.exit(execute(args));
  }

  /** Runs one command and returns its exit code; the process lives on. */
  static int execute(String... args) {
    return new CommandLine(new Stygian()).execute(args);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Name a command, or --help for all of them.");
  }
}
