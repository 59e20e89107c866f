package dev.stygian.cli;

import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.queue.RunId;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** The run that a command is about. */
final class RunArgument {
  @Parameters(
      index = "0",
      paramLabel = "RUN",
      converter = Converter.class,
      description = "The run's id.")
  private RunId run;

  @SuppressWarnings("NullAway.Init") // picocli fills the field
  RunArgument() {}

  RunId id() {
    return run;
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

  /** For picocli, which refuses what is no id before the command does anything. */
  static final class Converter implements ITypeConverter<RunId> {
    @Override
    public RunId convert(String text) {
      try {
        return id(text);
      } catch (SettingInvalidException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }
}
