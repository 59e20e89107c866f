package dev.stygian.graph.queue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many tasks of each service are leased in a {@link LocalWorkQueue}, and how many may be.
 * Guarded by the queue's lock.
 */
final class ServicePlaces {
  private final Map<String, Long> leased = new HashMap<>();
  private final Map<String, Integer> caps = new TreeMap<>();

  void cap(String service, int most) {
    if (most == Cap.NONE) {
      caps.remove(service);
    } else {
      caps.put(service, Cap.checked(most));
    }
  }

  boolean isCapped(String service) {
    return caps.containsKey(service);
  }

  boolean isFull(String service) {
    if (caps.isEmpty()) {
      return false;
    }
    Integer most = caps.get(service);
    return most != null && leased(service) >= most;
  }

  void leaseBegins(String service) {
    leased.merge(service, 1L, Long::sum);
  }

  void leaseEnds(String service) {
    leased.computeIfPresent(service, (_, count) -> count > 1 ? count - 1 : null);
  }

  List<ServiceCap> all() {
    return caps.entrySet().stream()
        .map(cap -> new ServiceCap(cap.getKey(), cap.getValue(), leased(cap.getKey())))
        .toList();
  }

  /** How many tasks are leased, whoever executes them. */
  long leasedInAll() {
    return leased.values().stream().mapToLong(Long::longValue).sum();
  }

  private long leased(String service) {
    return leased.getOrDefault(service, 0L);
  }
}
