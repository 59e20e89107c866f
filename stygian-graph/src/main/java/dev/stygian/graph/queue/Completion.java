package dev.stygian.graph.queue;

import java.util.List;

/** The end of a lease that worked: booked whole or not at all. */
public record Completion(Lease lease, Progress progress) implements Settlement {
  public Completion {
    if (progress.passed().isEmpty() && progress.results().isEmpty()) {
      throw new IllegalArgumentException("a completion books at least one node");
    }
  }

  /** The end of a lease all of whose nodes' outputs are written. */
  public Completion(Lease lease, List<NodeResult> results, List<Release> releases) {
    this(lease, new Progress(List.of(), results, releases));
  }
}
