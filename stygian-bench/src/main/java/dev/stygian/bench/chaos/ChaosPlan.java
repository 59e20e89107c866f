package dev.stygian.bench.chaos;

import dev.stygian.bench.measure.BenchServer;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What is to be done.
 *
 * @param trial what is run
 * @param items how many are submitted, evenly over {@code seconds}
 * @param faults how much harm is done
 * @param seconds for how long
 * @param workers how many worker processes there are
 * @param slots how many tasks each of them executes at once
 * @param server one of {@link BenchServer#NAMES}
 * @param longestStall in seconds; where nothing moves for longer after the server's return, that is
 *     wrong
 * @param clocks how processes get another time of day; empty: they keep theirs
 * @param keep whether the files stay even where all is right
 */
public record ChaosPlan(
    Trial trial,
    int items,
    int faults,
    int seconds,
    long seed,
    int workers,
    int slots,
    String server,
    OptionalInt longestStall,
    Optional<ClockShift> clocks,
    boolean keep) {
  private static final int MOST_WORKERS = 100;

  public ChaosPlan {
    if (items < 1 || seconds < 1 || slots < 1) {
      throw new IllegalArgumentException("items, seconds and slots are at least 1");
    }
    if (faults < 0) {
      throw new IllegalArgumentException("faults are at least 0");
    }
    if (workers < 2 || workers > MOST_WORKERS) {
      throw new IllegalArgumentException("workers are 2 to " + MOST_WORKERS);
    }
    if (!BenchServer.NAMES.contains(server)) {
      throw new IllegalArgumentException(
          "there is no server \""
              + server
              + "\"; there are "
              + String.join(", ", BenchServer.NAMES));
    }
  }

  /** What is done when: the same for the same plan. */
  public String timetable() {
    StringBuilder lines = new StringBuilder();
    schedule().faults().forEach(fault -> lines.append(fault).append('\n'));
    return lines.toString();
  }

  /** The command that does the same harm again. */
  public String command() {
    return String.format(
        Locale.ROOT,
        "./stygian chaos --trial %s --seed %d --items %d --faults %d --seconds %d --workers %d"
            + " --slots %d --server %s",
        trial.text(),
        seed,
        items,
        faults,
        seconds,
        workers,
        slots,
        server);
  }

  Schedule schedule() {
    return Schedule.of(seed, faults, Duration.ofSeconds(seconds), workers);
  }
}
