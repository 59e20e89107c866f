package dev.stygian.bench.chaos;

import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.settings.ConfigSchema;
import dev.stygian.graph.settings.ValueType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The journals that a trial's service writes, one for each folder. Thread-safe. */
final class Journals implements AutoCloseable {
  private static final String FOLDER = "journals";
  private static final String DURATION = "duration";

  private final Map<String, Journal> journals = new ConcurrentHashMap<>();

  /** What every service of a trial is configured with. */
  static ConfigSchema config() {
    return and(ConfigSchema.builder());
  }

  /** Likewise, beside what one has of its own. */
  static ConfigSchema and(ConfigSchema.Builder own) {
    return own.required(FOLDER, new ValueType.Text(), "folder for what was begun")
        .withDefault(
            DURATION,
            new ValueType.Span(0, Duration.ofDays(1).toMillis()),
            "0s",
            "how long each attempt waits")
        .build();
  }

  /** How long an attempt waits. */
  static Duration duration(ServiceCall call) {
    return call.config().duration(DURATION);
  }

  /** The journal of a call. */
  Journal of(ServiceCall call) {
    return journals.computeIfAbsent(
        call.config().requiredText(FOLDER),
        path -> {
          try {
            return Journal.create(Path.of(path));
          } catch (IOException e) {
            throw new UncheckedIOException("no journal can be written in " + path, e);
          }
        });
  }

  @Override
  public void close() {
    journals
        .values()
        .forEach(journal -> {
          try {
            journal.close();
          } catch (IOException e) {
            throw new UncheckedIOException("a journal cannot be closed", e);
          }
        });
  }
}
