package dev.stygian.graph.engine;

import dev.stygian.graph.queue.LeaseRequest;
import java.time.Duration;

/**
 * How a worker works.
 *
 * @param name names it among the workers of the queue, such as {@code host:pid}
 * @param slots tasks executing at once
 * @param visibility how long its leases live without renewal; {@link LeaseRequest#AS_RUN}: as each
 *     run says
 * @param allowPrivate whether services may dial private addresses in every run
 */
public record WorkerOptions(String name, int slots, Duration visibility, boolean allowPrivate) {
  public WorkerOptions {
    if (slots < 1 || visibility.isNegative()) {
      throw new IllegalArgumentException("a worker has a slot, and leases of some length");
    }
  }

  /** Of this process, with leases as each run says. */
  public static WorkerOptions of(int slots) {
    return new WorkerOptions(
        "pid-" + ProcessHandle.current().pid() + "-" + Long.toHexString(System.nanoTime()),
        slots,
        LeaseRequest.AS_RUN,
        false);
  }

  public WorkerOptions withVisibility(Duration longest) {
    return new WorkerOptions(name, slots, longest, allowPrivate);
  }

  public WorkerOptions withPrivateAddresses(boolean allowed) {
    return new WorkerOptions(name, slots, visibility, allowed);
  }
}
