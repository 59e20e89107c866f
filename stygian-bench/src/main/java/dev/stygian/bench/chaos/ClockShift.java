package dev.stygian.bench.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Lets a process have another time of day, by libfaketime. Its monotonic clock stays: libfaketime
 * stops a JVM's timed waits where it changes that one.
 *
 * @param library to load into the process
 */
public record ClockShift(Path library) {
  private static final Path LIBRARIES = Path.of("/usr/lib");
  private static final Path WITHIN = Path.of("faketime", "libfaketime.so.1");

  /** What a package of the machine's has installed. */
  public static Optional<ClockShift> installed() {
    if (!Files.isDirectory(LIBRARIES)) {
      return Optional.empty();
    }
    try (Stream<Path> folders = Files.list(LIBRARIES)) {
      return Stream.concat(Stream.of(LIBRARIES, Path.of("/usr/local/lib")), folders)
          .map(folder -> folder.resolve(WITHIN))
          .filter(Files::isReadable)
          .findFirst()
          .map(ClockShift::new);
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  /** The environment of a process whose time of day is so many seconds ahead. */
  Map<String, String> by(long seconds) {
    return Map.of(
        "LD_PRELOAD",
        library.toString(),
        "FAKETIME",
        (seconds < 0 ? "" : "+") + seconds + "s",
        "FAKETIME_DONT_FAKE_MONOTONIC",
        "1",
        "DONT_FAKE_MONOTONIC",
        "1",
        // else each timed wait of a JVM keeps a core busy until it is over, and ends too late
        "FAKETIME_FORCE_MONOTONIC_FIX",
        "0");
  }
}
