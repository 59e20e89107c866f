package dev.stygian.graph.queue;

import dev.stygian.graph.item.Spending;
import java.util.List;
import java.util.Map;

/**
 * What became of every item of a run and of every task of its nodes, at one moment, and whether the
 * queue's own books agree on it: counters that move with items, tasks and results are held against
 * what lies there, and against one another.
 *
 * @param nodes in the order of the run's lanes
 * @param accepted items that the run's submitters were told were accepted, together
 * @param unfinishedTasks by the run's own counter
 * @param spent what nodes used up outside, by node; without those that used nothing
 */
public record Receipt(
    RunSpec spec,
    RunStatus status,
    List<NodeBooks> nodes,
    long accepted,
    long unfinishedTasks,
    Letters letters,
    Found found,
    Results results,
    Map<String, Spending> spent) {
  public Receipt {
    nodes = List.copyOf(nodes);
    spent = Map.copyOf(spent);
  }

  /**
   * Letters of items.
   *
   * @param dead that are kept; fewer than dead items where some were dropped
   * @param excluded likewise
   * @param dropped that were kept
   */
  public record Letters(long dead, long excluded, long dropped) {}

  /**
   * Items that are known by what they are, so that each is found once. Where there are many they
   * are not counted in one look: what the run counts is told from before and after it.
   *
   * @param counted by the run
   * @param digests that are kept of them
   * @param countedThen by the run, once the digests were counted
   */
  public record Found(long counted, long digests, long countedThen) {}

  /**
   * The results of a run.
   *
   * @param counted by the run
   * @param given that no node was executed for: stored ones, and parts for which nothing is to do
   * @param held outputs of last nodes of items that have not reached all of theirs
   * @param last how many there were up to the last one that lies there, {@link #NONE_LIES} or
   *     {@link #NOT_FOUND}
   * @param before how many there were before the first one that lies there, or likewise
   * @param delivered that a reader has taken
   */
  public record Results(
      long counted, long given, long held, long last, long before, long delivered) {
    /** No result lies there. */
    public static final long NONE_LIES = -1;

    /** It was not found where it was looked for. */
    public static final long NOT_FOUND = -2;
  }

  /** Items that were submitted or emitted, whatever became of them. */
  public long items() {
    return status.submitted() + emitted();
  }

  /** Items that executions emitted: those that were found, duplicates, and those over the limit. */
  public long emitted() {
    Emitted emitted = status.emitted();
    return emitted.accepted() + emitted.duplicates() + emitted.overLimit();
  }

  /** The tasks that came to a node: by what its predecessors did, and as beginnings of items. */
  public long tasks(NodeBooks node) {
    return Reconciliation.arrivals(this, node).tasks();
  }

  /** What all nodes used up outside. */
  public Spending spentInAll() {
    return spent.values().stream().reduce(Spending.NONE, Spending::plus);
  }

  /** What does not add up, each as a sentence; empty where everything does. */
  public List<String> discrepancies() {
    return new Reconciliation(this).all();
  }

  /** Those of them that are in the books of nodes, of results and of emitted items. */
  public List<String> discrepanciesOfNodes() {
    return new Reconciliation(this).ofNodes();
  }
}
