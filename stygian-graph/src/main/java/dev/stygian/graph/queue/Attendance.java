package dev.stygian.graph.queue;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which workers gave a sign of life lately. Guarded by the queue's lock. */
final class Attendance {
  /** How long a worker counts as alive after its last sign. */
  private static final long ALIVE_MILLIS = 15_000;

  private final Map<String, Sign> lastSigns = new HashMap<>();

  private record Sign(Set<String> services, int slots, long at) {}

  void sign(Heartbeat heartbeat, long now) {
    forgetTheGone(now);
    lastSigns.put(heartbeat.worker(), new Sign(heartbeat.services(), heartbeat.slots(), now));
  }

  List<WorkerInfo> workers(long now) {
    forgetTheGone(now);
    return lastSigns.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(entry -> {
          Sign sign = entry.getValue();
          Duration lastSeen = Duration.ofMillis(now - sign.at);
          return new WorkerInfo(entry.getKey(), sign.services, sign.slots, lastSeen);
        })
        .toList();
  }

  /** Tasks that all of them execute at once; 0 where there is none. */
  long slots(long now) {
    forgetTheGone(now);
    long slots = 0;
    for (Sign sign : lastSigns.values()) {
      slots += sign.slots;
    }
    return slots;
  }

  Set<String> offeredServices(long now) {
    forgetTheGone(now);
    Set<String> offered = new HashSet<>();
    lastSigns.values().forEach(sign -> offered.addAll(sign.services));
    return offered;
  }

  private void forgetTheGone(long now) {
    lastSigns.values().removeIf(sign -> now - sign.at > ALIVE_MILLIS);
  }
}
