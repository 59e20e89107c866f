package dev.stygian.graph.queue;

/**
 * What can be given a bound on its tasks that are leased at once. The bound is never overshot, and
 * a lease that runs out gives its place back. One that is set below what is leased takes nothing
 * away: then nothing is handed out until enough has ended.
 */
public sealed interface Cap {
  /** In place of a bound: there is none. */
  int NONE = 0;

  /** The largest bound. */
  int MOST = 1_000_000;

  /** All tasks of a run. */
  record OfRun(RunId run) implements Cap {}

  /** The tasks of one node of a run. */
  record OfNode(RunId run, String node) implements Cap {}

  /** The tasks that a service executes, of all runs of the queue together. */
  record OfService(String service) implements Cap {}

  /**
   * Checks a bound.
   *
   * @throws IllegalArgumentException where it cannot be one
   */
  static int checked(int most) {
    if (most < NONE || most > MOST) {
      throw new IllegalArgumentException("a cap is 1 to " + MOST + ", or 0 for none");
    }
    return most;
  }
}
