package dev.stygian.graph.queue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One thing that holds tasks of a run back, or says what becomes of them meanwhile. A task that
 * several things hold back is counted by each of them.
 */
public sealed interface Hold {
  /** The run has ended, as its state says; nothing of it is left. */
  record Over(Instant since) implements Hold {}

  /**
   * Nothing of the run is handed out until it is resumed.
   *
   * @param tasks that wait
   */
  record Paused(long tasks) implements Hold {}

  /** No worker at all gave a sign of life lately. */
  record NoWorker(long tasks) implements Hold {}

  /** Workers live, but none that offers the service of a node. */
  record NoWorkerFor(String node, String service, long tasks) implements Hold {}

  /**
   * Too many results lie there, which nobody has taken; so first nodes wait.
   *
   * @param tasks of first nodes
   */
  record ResultsUntaken(long results, long bytes, long tasks) implements Hold {}

  /**
   * As many tasks are leased as a cap allows.
   *
   * @param leased tasks that count against the cap; those of a service are of all runs
   * @param tasks of this run that wait for that
   */
  record AtCap(Cap cap, int most, long leased, long tasks) implements Hold {}

  /**
   * A host may not be visited, or not by more tasks.
   *
   * @param tasks that wait in its lane, or are delayed for it; at least so many where there may be
   *     more
   */
  record AtHost(String node, String host, long tasks, boolean mayBeMore, HostState state)
      implements Hold {}

  /** Tasks wait for the result of an equal task that is leased, of this run or another. */
  record SameKey(String node, long tasks) implements Hold {}

  /**
   * Tasks wait for their time, as one that failed does; other than those that wait for a robots.txt
   * as far as these are known.
   *
   * @param next when the first of them is due; empty where too many others are due before it
   */
  record Delayed(String node, long tasks, Optional<Instant> next) implements Hold {}

  /**
   * Tasks are leased by a worker that gave no sign of life for longer than workers do.
   *
   * @param lastSign the latest of their renewals
   * @param runsOut when the first of their leases does; from then on any worker gets its tasks
   */
  record Silent(String node, long tasks, Instant lastSign, Instant runsOut) implements Hold {}

  /**
   * Tasks are leased by workers that live.
   *
   * @param firstDeadline until when the oldest lease holds, unless it is renewed; empty where it
   *     was not looked at
   */
  record Executing(String node, long tasks, Optional<Instant> firstDeadline) implements Hold {}

  /**
   * Nothing holds these tasks back: they wait for a worker that has room.
   *
   * @param slots tasks that all live workers execute at once
   * @param leased tasks of all runs that are leased
   */
  record Ready(String node, String service, long tasks, long slots, long leased) implements Hold {
    /** Whether all workers have as much as they execute at once. */
    public boolean isBusy() {
      return leased >= slots;
    }
  }

  /**
   * Nothing is left, but nobody said that the run's input is whole.
   *
   * @param submitted items so far
   */
  record InputOpen(long submitted) implements Hold {}

  /**
   * So many tasks are unfinished in the queue that it takes no more items of the run; whoever
   * submits waits.
   *
   * @param unfinished tasks of all runs
   * @param most how many may be unfinished when an item of this run comes
   * @param largest runs that most of them are of, largest first
   */
  record QueueFull(long unfinished, long most, List<Filling> largest) implements Hold {
    public QueueFull {
      largest = List.copyOf(largest);
    }
  }

  /** A run's part in what fills a queue. */
  record Filling(RunId run, long tasks, boolean isPaused) {}

  /** Why a host may not be visited. */
  sealed interface HostState {
    /**
     * Its interval is not over.
     *
     * @param isWidened whether its answers or its robots.txt asked for more than the pipeline says
     */
    record Interval(Duration interval, boolean isWidened, Instant next) implements HostState {}

    /** It asked for no requests until then. */
    record AskedToWait(Instant until) implements HostState {}

    /** As many tasks visit it as may at once. */
    record Busy(long most, long active) implements HostState {}

    /**
     * It does not answer; so its tasks wait, and one at a time tries it.
     *
     * @param failures in a row
     * @param next when the next one tries it; empty: one does now, or may
     * @param givenUp when its tasks are dead, should it be away for so long
     */
    record Broken(int failures, Instant since, Optional<Instant> next, Instant givenUp)
        implements HostState {}

    /**
     * Its robots.txt is not to be had, so nothing of it may be fetched; its tasks are delayed.
     *
     * @param site whose it is: a scheme, host and port
     * @param next when it is asked for again
     * @param givenUp from when on its tasks are dead, should it not be had by then
     */
    record RobotsAway(String site, Instant since, Instant next, Instant givenUp)
        implements HostState {}
  }
}
