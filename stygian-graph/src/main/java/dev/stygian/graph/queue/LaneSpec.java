package dev.stygian.graph.queue;

import java.util.List;

/**
 * The lane of one node of a run.
 *
 * @param service canonical name
 * @param level longest path from a first node; lanes of higher levels are served first, so what is
 *     begun is finished before new items are started
 * @param inputs the nodes whose outputs a lease brings along, in order
 * @param maxAttempts failures and lost leases after which a task is dead
 * @param maxLeased how many of its tasks may be leased at once; {@link Cap#NONE}: any number
 */
public record LaneSpec(
    String node, String service, int level, List<String> inputs, int maxAttempts, int maxLeased) {
  public LaneSpec {
    inputs = List.copyOf(inputs);
    if (maxAttempts < 1 || maxAttempts > 100 || level < 0) {
      throw new IllegalArgumentException("maxAttempts is 1 to 100 and a level is not negative");
    }
    Cap.checked(maxLeased);
  }

  /** A lane without a cap. */
  public LaneSpec(String node, String service, int level, List<String> inputs, int maxAttempts) {
    this(node, service, level, inputs, maxAttempts, Cap.NONE);
  }

  /** Whether this is a first node, whose leasing stops while too many results lie undelivered. */
  public boolean isFirst() {
    return inputs.isEmpty();
  }
}
