package dev.stygian.cli;

import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.queue.RunId;
import picocli.CommandLine.Parameters;

/** The run that a command is about. */
final class RunArgument {
  @Parameters(index = "0", paramLabel = "RUN", description = "The run's id.")
  private String run = "";

  RunId id() {
    return id(run);
  }

  /** An id as a person typed it. */
  static RunId id(String text) {
    try {
      return new RunId(text);
    } catch (IllegalArgumentException e) {
      throw new SettingInvalidException(
          "\"" + text.replaceAll("\\p{Cntrl}", "?") + "\" is no run: " + e.getMessage(), e);
    }
  }
}
