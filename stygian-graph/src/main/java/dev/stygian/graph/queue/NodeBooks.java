package dev.stygian.graph.queue;

import dev.stygian.graph.queue.RunStatus.NodeCounts;
import java.time.Instant;
import java.util.Optional;

/**
 * What became of the tasks of one node, at one moment. A task that followed another in memory
 * counts like one that was leased.
 *
 * @param begun tasks with which items begin at this node, whether they were submitted or emitted
 * @param usedUp done tasks after which nothing of their item goes on, and which put out no result:
 *     the item became others, or its task was acknowledged without an output
 * @param arrived ends of its predecessors that wait for those of the others, where it has several
 * @param excluded tasks whose items are excluded there
 * @param cancelled tasks that ended with a cancelled run, also those that were executed then
 * @param stopped tasks whose item is dead or excluded at another node
 * @param answered tasks that were never executed, as the last result of their item was stored
 * @param awaiting tasks that wait until the parts have ended which they collect
 * @param emitted items that executions of it put forward, whatever became of these
 * @param times of the first and the last of its attempts that ended, where any has
 */
public record NodeBooks(
    NodeCounts counts,
    long begun,
    long usedUp,
    long arrived,
    long excluded,
    long cancelled,
    long stopped,
    long answered,
    long awaiting,
    long emitted,
    Optional<Times> times) {

  /** When attempts ended. */
  public record Times(Instant first, Instant last) {}

  public String node() {
    return counts.node();
  }

  /** Tasks that have not ended. */
  public long unfinished() {
    return counts.waiting() + counts.delayed() + counts.leased() + awaiting;
  }

  /** Done tasks that handed their item on to the nodes behind, or put out a result of it. */
  long handedOn() {
    return counts.done() - usedUp;
  }

  /** All that its tasks are. */
  long accounted() {
    return counts.done() + counts.dead() + excluded + cancelled + stopped + answered + unfinished();
  }

  /** Attempts that have ended. */
  public long attempts() {
    return counts.done() + counts.dead() + excluded + counts.retries();
  }
}
