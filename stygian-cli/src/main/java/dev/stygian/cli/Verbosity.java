package dev.stygian.cli;

import picocli.CommandLine.Option;

/** {@code --verbose}, for every command. */
final class Verbosity {
  // one process runs one command; the log is configured far from where the option is read
  private static volatile boolean on;

  @Option(
      names = {"-v", "--verbose"},
      description = "Show the log and, after an error, where it came from.")
  void verbose(boolean wanted) {
    on = wanted;
  }

  static boolean isOn() {
    return on;
  }

  static void reset() {
    on = false;
  }
}
