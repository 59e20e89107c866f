package dev.stygian.cli;

import dev.stygian.cli.output.Redaction;
import dev.stygian.graph.settings.Spans;
import java.time.Duration;
import java.util.Locale;

/**
 * A value and where it came from.
 *
 * @param name as in the pipeline file
 * @param origin the option, the variable or the file that set it; {@code default}
 */
record Setting<T>(String name, T value, Source source, String origin) {
  /** Earlier ones win. */
  enum Source {
    COMMAND_LINE,
    ENVIRONMENT,
    FILE,
    DEFAULT;

    /** As in {@code check --explain}. */
    String words() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  static <T> Setting<T> ofDefault(String name, T value) {
    return new Setting<>(name, value, Source.DEFAULT, "default");
  }

  /** The value as a person would write it, without a password. */
  String shown() {
    return switch (value) {
      case Duration span -> Spans.format(span);
      case Enum<?> word -> word.name().toLowerCase(Locale.ROOT);
      default -> Redaction.withoutPasswords(String.valueOf(value));
    };
  }
}
