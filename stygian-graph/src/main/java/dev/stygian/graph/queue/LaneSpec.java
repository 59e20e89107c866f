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
 * @param ends how many last nodes the items pass for which this node is executed
 * @param splits whether it splits its items into others: {@link WorkQueue#emitParts}
 * @param collecting what it has to do with the collecting of these
 */
public record LaneSpec(
    String node,
    String service,
    int level,
    List<String> inputs,
    int maxAttempts,
    int maxLeased,
    int ends,
    boolean splits,
    Collecting collecting) {
  public LaneSpec {
    inputs = List.copyOf(inputs);
    if (maxAttempts < 1 || maxAttempts > 100 || level < 0 || ends < 1) {
      throw new IllegalArgumentException(
          "maxAttempts is 1 to 100, a level is not negative and an item has an end");
    }
    Cap.checked(maxLeased);
  }

  /** A lane of items that nobody collects. */
  public LaneSpec(
      String node,
      String service,
      int level,
      List<String> inputs,
      int maxAttempts,
      int maxLeased,
      int ends,
      boolean splits) {
    this(node, service, level, inputs, maxAttempts, maxLeased, ends, splits, Collecting.NONE);
  }

  /** A lane of items that pass one last node. */
  public LaneSpec(
      String node, String service, int level, List<String> inputs, int maxAttempts, int maxLeased) {
    this(node, service, level, inputs, maxAttempts, maxLeased, 1, false);
  }

  /** A lane without a cap. */
  public LaneSpec(String node, String service, int level, List<String> inputs, int maxAttempts) {
    this(node, service, level, inputs, maxAttempts, Cap.NONE);
  }

  /**
   * Whether items begin at this node, whether they were submitted or emitted; then its leasing
   * stops while too many results lie undelivered.
   */
  public boolean isFirst() {
    return inputs.isEmpty() && collecting.source().isEmpty();
  }
}
