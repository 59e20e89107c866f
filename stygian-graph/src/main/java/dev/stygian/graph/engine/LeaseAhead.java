package dev.stygian.graph.engine;

/**
 * How many leases a worker takes ahead of its free slots: as many as it ends in {@link
 * #AHEAD_NANOS}, measured from one request to the next and smoothed, at most {@link #MOST}. So
 * short tasks are leased by the hundred however few the slots are, and a task that takes longer
 * than those milliseconds is hardly ever kept from a worker that is free. Used by one thread.
 */
final class LeaseAhead {
  /** Leases that wait in memory at most. */
  static final int MOST = 250;

  private static final double AHEAD_NANOS = 10_000_000;
  private static final long SHORTEST_MEASURED_NANOS = 500_000;

  private long measuredNanos;
  private long measuredEnded;
  private double endedPerNano;

  LeaseAhead(long nowNanos) {
    this.measuredNanos = nowNanos;
  }

  /**
   * The number as of now.
   *
   * @param ended executions that ended since the worker started; where the count was a little ahead
   *     of the truth, it may fall
   */
  int leases(long ended, long nowNanos) {
    long nanos = nowNanos - measuredNanos;
    if (nanos >= SHORTEST_MEASURED_NANOS) {
      double rate = Math.max(0, ended - measuredEnded) / (double) nanos;
      endedPerNano = (endedPerNano + rate) / 2;
      measuredNanos = nowNanos;
      measuredEnded = ended;
    }
    return (int) Math.min(MOST, endedPerNano * AHEAD_NANOS);
  }
}
