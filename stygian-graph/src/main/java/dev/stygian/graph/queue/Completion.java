package dev.stygian.graph.queue;

import java.util.List;

/**
 * The end of a lease that worked: booked whole or not at all.
 *
 * @param results of the leased task's node and of those that followed it in memory, in order
 */
public record Completion(Lease lease, List<NodeResult> results, List<Release> releases)
    implements Settlement {
  public Completion {
    results = List.copyOf(results);
    releases = List.copyOf(releases);
    if (results.isEmpty()) {
      throw new IllegalArgumentException("a completion books at least one node");
    }
  }
}
