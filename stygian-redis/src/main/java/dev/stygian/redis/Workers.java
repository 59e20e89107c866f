package dev.stygian.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.queue.WorkerInfo;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The form in which renew.lua keeps a worker: {@code last seen|slots|services}, and behind them for
 * how many milliseconds its leases live where it does not leave that to their runs.
 */
final class Workers {
  /** Who was silent for longer counts as gone. */
  static final Duration ALIVE = Duration.ofSeconds(15);

  private static final int VISIBILITY = 3;

  private Workers() {}

  static WorkerInfo read(String worker, String value, long nowMillis) {
    String[] parts = parts(value);
    return new WorkerInfo(
        worker,
        parts[2].isEmpty() ? Set.of() : Set.of(parts[2].split(",", -1)),
        Integer.parseInt(parts[1]),
        Duration.ofMillis(Math.max(0, nowMillis - Long.parseLong(parts[0]))));
  }

  /** Those that live. */
  static List<WorkerInfo> live(Map<String, byte[]> all, long nowMillis) {
    return all.entrySet().stream()
        .map(e -> read(e.getKey(), new String(e.getValue(), UTF_8), nowMillis))
        .filter(w -> w.lastSeen().compareTo(ALIVE) < 0)
        .toList();
  }

  /** How long leases of a run live; where a worker gives its own less time, as long as those. */
  static long shortestVisibilityMillis(Map<String, byte[]> all, RunSpec run) {
    return all.values().stream()
        .map(value -> parts(new String(value, UTF_8)))
        .filter(parts -> parts.length > VISIBILITY)
        .mapToLong(parts -> Long.parseLong(parts[VISIBILITY]))
        .reduce(run.limits().visibility().toMillis(), Math::min);
  }

  private static String[] parts(String value) {
    return value.split("\\|", -1);
  }
}
