package dev.stygian.graph.engine;

import java.time.Duration;

/**
 * How a worker works.
 *
 * @param name names it among the workers of the queue, such as {@code host:pid}
 * @param slots tasks executing at once
 * @param visibility how long a lease lives without renewal
 * @param allowPrivate whether services may dial private addresses in every run
 */
public record WorkerOptions(String name, int slots, Duration visibility, boolean allowPrivate) {
  public WorkerOptions {
    if (slots < 1 || visibility.toMillis() < 100) {
      throw new IllegalArgumentException("a worker has a slot, and leases of at least 100 ms");
    }
  }

  /** Of this process, with leases of 60 seconds. */
  public static WorkerOptions of(int slots) {
    return new WorkerOptions(
        "pid-" + ProcessHandle.current().pid() + "-" + Long.toHexString(System.nanoTime()),
        slots,
        Duration.ofSeconds(60),
        false);
  }

  public WorkerOptions withVisibility(Duration longest) {
    return new WorkerOptions(name, slots, longest, allowPrivate);
  }

  public WorkerOptions withPrivateAddresses(boolean allowed) {
    return new WorkerOptions(name, slots, visibility, allowed);
  }
}
