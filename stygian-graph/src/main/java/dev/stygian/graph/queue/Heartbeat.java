package dev.stygian.graph.queue;

import java.time.Duration;
import java.util.Set;

/**
 * A worker's sign of life, which renews all of its leases.
 *
 * @param worker names the process and its worker, such as {@code host:pid:1}
 * @param services what it offers
 * @param leases the numbers of the leases that it holds
 * @param visibility how long they live from now on; {@link LeaseRequest#AS_RUN}: as each run says
 */
public record Heartbeat(
    String worker, Set<String> services, int slots, Set<Long> leases, Duration visibility) {
  public Heartbeat {
    services = Set.copyOf(services);
    leases = Set.copyOf(leases);
  }

  /**
   * The answer.
   *
   * @param lost leases that are no longer current: stop what runs under them
   * @param cancelled runs of which nothing need go on
   */
  public record Renewal(Set<Long> lost, Set<RunId> cancelled) {
    public Renewal {
      lost = Set.copyOf(lost);
      cancelled = Set.copyOf(cancelled);
    }
  }
}
