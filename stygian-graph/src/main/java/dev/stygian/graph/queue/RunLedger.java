package dev.stygian.graph.queue;

import dev.stygian.graph.error.RunUnknownException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The books of a queue: what runs there are, how far they are, their results and their dead
 * letters. Any process may ask. Every method that names a run throws {@link RunUnknownException}
 * where there is none. Thread-safe.
 */
public interface RunLedger {
  /**
   * What tells this queue from every other one, also from one of that name on another server, for
   * as long as its data live: 16 hexadecimal digits.
   */
  String queueId();

  /** What a run was opened with; empty where there is none of that id. */
  Optional<RunSpec> find(RunId run);

  /** All runs whose keys still live, oldest first. */
  List<RunId> runs();

  RunStatus status(RunId run);

  /** What became of every item of a run, in one look. */
  Receipt receipt(RunId run);

  /** Whether a run moves, and what holds it back. Changes nothing. */
  Explanation why(RunId run);

  /** How many items a submitter has got accepted: where it goes on after a crash. */
  long accepted(RunId run, String submitter);

  /**
   * Ends a run: nothing more of it is leased, waiting items are cancelled, and workers stop what
   * they execute of it at their next heartbeat. Results so far stay.
   */
  void cancel(RunId run);

  /** Stops the leasing of a run's tasks until {@link #resume}. */
  void pause(RunId run);

  void resume(RunId run);

  /**
   * Gives a run another weight: while it has work, it gets so many times as many tasks as a run of
   * weight 1.
   *
   * @param weight 1 to {@link RunLimits#MOST_WEIGHT}
   */
  void weigh(RunId run, int weight);

  /**
   * Bounds how many tasks are leased at once. What may be leased now is handed out at once.
   *
   * @param most 1 to {@link Cap#MOST}, or {@link Cap#NONE}
   */
  void cap(Cap cap, int most);

  /** The services of this queue that have a cap, by name. */
  List<ServiceCap> serviceCaps();

  /**
   * Reads results in the order of their completion.
   *
   * @param position {@link ResultBatch#START} or what the last batch said
   * @param wait how long to wait for a first one; an empty batch says that none came
   */
  ResultBatch results(RunId run, String position, int max, Duration wait)
      throws InterruptedException;

  /**
   * Commits how far a reader has brought the results to safety. What everybody has may then be
   * dropped.
   *
   * @param reader names the sink, such as a file's path
   */
  void deliver(RunId run, String reader, Delivery delivery);

  /** What a reader committed last; empty where it never did. */
  Optional<Delivery> delivered(RunId run, String reader);

  /**
   * Whether nobody can read any more what lies before a position: it was delivered, and dropped. It
   * may take until more is dropped before that is said of the last of it.
   *
   * @param position what some batch of the run said
   */
  boolean isTrimmed(RunId run, String position);

  /**
   * How far a reader is.
   *
   * @param bytes the length of what it has written up to {@code position}
   */
  record Delivery(String position, long bytes) {}

  /**
   * Dead letters in the order of their items' ids.
   *
   * @param after an item's id; empty text to start
   */
  List<DeadLetter> deadLetters(RunId run, String after, int max);

  /** The letters of items that were excluded, each with the reason, in the same order. */
  List<DeadLetter> excluded(RunId run, String after, int max);

  /**
   * Puts dead and excluded items back to work, attempts at zero.
   *
   * @param items ids of items; those without a letter are passed over
   * @return how many were put back
   */
  long replay(RunId run, Collection<String> items);

  /** Forgets dead letters; their items stay counted as dead. */
  long drop(RunId run, Collection<String> items);

  /** What a run did to the hosts that it visited, by name. */
  List<HostCounts> hosts(RunId run);

  /** Workers that gave a sign of life in the last 15 seconds. */
  List<WorkerInfo> workers();
}
