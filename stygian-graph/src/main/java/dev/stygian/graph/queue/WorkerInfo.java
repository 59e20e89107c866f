package dev.stygian.graph.queue;

import java.time.Duration;
import java.util.Set;

/** A live worker, as its last sign of life told. */
public record WorkerInfo(String worker, Set<String> services, int slots, Duration lastSeen) {
  public WorkerInfo {
    services = Set.copyOf(services);
  }
}
