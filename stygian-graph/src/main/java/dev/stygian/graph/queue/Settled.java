package dev.stygian.graph.queue;

/** How the end of a lease was received. */
public sealed interface Settled {
  /** It is booked. */
  record Booked() implements Settled {}

  /** Booked, and the task is dead. */
  record Buried() implements Settled {}

  /** The lease was no longer current: nothing changed. Whoever has the task now decides. */
  record LeaseLost(LeaseToken token) implements Settled {}
}
