package dev.stygian.graph.queue;

import java.time.Duration;

/**
 * The lane of tasks that visit one host, and how often they may: all runs of a queue that visit it
 * keep to its interval together.
 *
 * @param host a name, or whatever else stands for one site; at most 200 characters
 * @param interval between two starts at least; zero: none
 * @param concurrency how many tasks at once; 0: any number
 * @param patience how long tasks wait for a host none of whose visits works, before they are dead
 */
public record HostLane(String host, Duration interval, int concurrency, Duration patience) {
  /** How long a host may be away by default. */
  public static final Duration PATIENCE = Duration.ofHours(1);

  private static final int MOST_CHARACTERS = 200;
  private static final Duration LONGEST_INTERVAL = Duration.ofDays(1);

  public HostLane {
    if (host.isEmpty() || host.length() > MOST_CHARACTERS) {
      throw new IllegalArgumentException(
          "the name of a host has 1 to " + MOST_CHARACTERS + " characters");
    }
    if (interval.isNegative() || interval.compareTo(LONGEST_INTERVAL) > 0) {
      throw new IllegalArgumentException("an interval is at most a day and not negative");
    }
    if (concurrency < 0 || patience.isNegative()) {
      throw new IllegalArgumentException("concurrency and patience are not negative");
    }
  }

  /** A lane that has the patience of {@link #PATIENCE}. */
  public HostLane(String host, Duration interval, int concurrency) {
    this(host, interval, concurrency, PATIENCE);
  }

  /** A host that may be visited at any time, as often as one likes. */
  public static HostLane unlimited(String host) {
    return new HostLane(host, Duration.ZERO, 0);
  }
}
