package dev.stygian.redis;

import dev.stygian.graph.queue.WorkerInfo;
import java.time.Duration;
import java.util.Set;

/** The form in which renew.lua keeps a worker: {@code last seen|slots|services}. */
final class Workers {
  /** Who was silent for longer counts as gone. */
  static final Duration ALIVE = Duration.ofSeconds(15);

  private Workers() {}

  static WorkerInfo read(String worker, String value, long nowMillis) {
    String[] parts = value.split("\\|", 3);
    return new WorkerInfo(
        worker,
        parts[2].isEmpty() ? Set.of() : Set.of(parts[2].split(",", -1)),
        Integer.parseInt(parts[1]),
        Duration.ofMillis(Math.max(0, nowMillis - Long.parseLong(parts[0]))));
  }
}
