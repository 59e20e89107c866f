package dev.stygian.cli;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;

/**
 * Runs what people run most, so that the JDK records which classes that takes. The launcher makes
 * its ahead-of-time cache from the record, and every later start finds those classes loaded and
 * linked.
 */
final class StartupTraining {
  static final List<List<String>> COMMANDS = List.of(List.of("--help"), List.of("--version"));

  private StartupTraining() {}

  public static void main(String[] args) {
    var console = System.out;
    System.setOut(new PrintStream(OutputStream.nullOutputStream()));
    for (var command : COMMANDS) {
      int exitCode = Stygian.execute(command.toArray(String[]::new));
      if (exitCode != 0) {
        console.println("stygian " + String.join(" ", command) + " ended with " + exitCode);
        System.exit(exitCode);
      }
    }
  }
}
