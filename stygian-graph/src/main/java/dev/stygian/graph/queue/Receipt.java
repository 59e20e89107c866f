package dev.stygian.graph.queue;

import dev.stygian.graph.item.Spending;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What became of every item of a run, at one moment, and whether the queue's own books agree on it:
 * counters that move with the tasks are held against what lies there.
 *
 * @param accepted items that the run's submitters were told were accepted, together
 * @param deadLetters dead letters that are kept; fewer than dead items where some were dropped
 * @param dropped dead letters that were dropped
 * @param excludedLetters reasons that are kept for excluded items
 * @param unfinishedTasks by the run's own counter
 * @param spent what nodes used up outside, by node; without those that used nothing
 */
public record Receipt(
    RunStatus status,
    long accepted,
    long deadLetters,
    long dropped,
    long excludedLetters,
    long unfinishedTasks,
    Map<String, Spending> spent) {
  public Receipt {
    spent = Map.copyOf(spent);
  }

  /** Items that the run has or has had. */
  public long items() {
    return status.submitted() + status.emitted().accepted();
  }

  /** What all nodes used up outside. */
  public Spending spentInAll() {
    return spent.values().stream().reduce(Spending.NONE, Spending::plus);
  }

  /** What does not add up, each as a sentence; empty where everything does. */
  public List<String> discrepancies() {
    List<String> all = new ArrayList<>();
    if (accepted != status.submitted()) {
      all.add(
          "submitters were told of " + accepted + " items, the run counts " + status.submitted());
    }
    if (status.inFlight() < 0) {
      all.add("more items ended than there were, by " + -status.inFlight());
    }
    if (deadLetters + excludedLetters + dropped != status.dead() + status.excluded()) {
      all.add(
          (status.dead() + status.excluded())
              + " items are dead or excluded, "
              + (deadLetters + excludedLetters)
              + " letters are kept and "
              + dropped
              + " were dropped");
    }
    long inLanes =
        status.nodes().stream()
            .mapToLong(node -> node.waiting() + node.delayed() + node.leased())
            .sum();
    if (inLanes != unfinishedTasks) {
      all.add(
          unfinishedTasks
              + " tasks are unfinished, "
              + inLanes
              + " wait, are delayed or are leased");
    }
    boolean isOver = status.finished().isPresent();
    if (isOver && (status.inFlight() != 0 || unfinishedTasks != 0)) {
      all.add(
          "the run is over, and "
              + status.inFlight()
              + " items with "
              + unfinishedTasks
              + " tasks are in flight");
    }
    if (!isOver && status.inFlight() > 0 && unfinishedTasks == 0) {
      all.add(status.inFlight() + " items are in flight without a task");
    }
    return all;
  }
}
