package dev.stygian.cli;

import dev.stygian.cli.output.Console;

/** The program for tests of other packages: one command, in this process. */
public final class StygianProgram {
  private StygianProgram() {}

  /** Runs a command on the console's streams and returns its exit code. */
  public static int run(Console console, String... arguments) {
    int code = Stygian.execute(console, arguments);
    console.out().flush();
    return code;
  }
}
