package dev.stygian.graph.queue;

import java.time.Duration;
import java.util.Set;

/**
 * What a worker asks for.
 *
 * @param services canonical names of what it offers; empty: whatever there is
 * @param max how many tasks at most
 * @param visibility how long the leases live without renewal; {@link #AS_RUN}: as each run says
 * @param patience how long to wait for a first task; the answer may be empty
 */
public record LeaseRequest(Set<String> services, int max, Duration visibility, Duration patience) {
  /** A visibility that leaves it to each run. */
  public static final Duration AS_RUN = Duration.ZERO;

  public LeaseRequest {
    services = Set.copyOf(services);
    if (max < 1 || visibility.isNegative() || patience.isNegative()) {
      throw new IllegalArgumentException("a lease request asks for at least one task");
    }
  }
}
