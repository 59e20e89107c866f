package dev.stygian.graph.queue;

/** The end of a lease as its worker reports it: it worked, or it did not. */
public sealed interface Settlement permits Completion, Nack {
  Lease lease();

  /** What was executed under the lease. */
  Progress progress();
}
