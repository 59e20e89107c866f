package dev.stygian.graph.engine;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The nodes that one lease can take an item through without the queue, in the order of their
 * execution, the leased one first. A node belongs to it when all of its predecessors do and their
 * outputs need not be written first, and either it is the next of a plain chain or it only
 * computes. What may wait for something outside and has siblings does not: those are tasks, so that
 * they wait at once. What visits a host does not either, since it waits in that host's lane, nor
 * what is counted against a cap. A node that splits its items stands alone: what it reads has to be
 * the same at each attempt, and what it emits is executed for other items. One that collects begins
 * a stretch, since what it waits for is executed under many leases.
 */
record Stretch(List<Step> steps) {
  /**
   * One node of it.
   *
   * @param isWritten whether its output is a result, or read by a node outside
   */
  record Step(PlannedNode node, boolean isWritten) {}

  Stretch {
    steps = List.copyOf(steps);
  }

  /**
   * The nodes that follow one.
   *
   * @param capped the nodes that have to be leased themselves
   */
  static Stretch from(PlannedNode head, WorkerContext worker, Set<String> capped) {
    List<PlannedNode> nodes = new ArrayList<>(List.of(head));
    Set<String> passing = new HashSet<>();
    head.emitter().ifPresent(passing::add); // what it emitted is there with the item
    Set<String> ids = new HashSet<>(Set.of(head.id()));
    boolean branched = false;
    for (int i = 0; i < nodes.size(); i++) {
      PlannedNode node = nodes.get(i);
      if (node.isWrittenFirst() || node.fansOut()) {
        continue;
      }
      passing.add(node.id());
      for (PlannedNode next : node.successors()) {
        boolean chained = node.successors().size() == 1 && next.predecessors().size() == 1;
        branched |= !chained;
        if (passing.containsAll(next.predecessors())
            && !next.fansOut()
            && !next.collects()
            && worker.offers(next.service())
            && !capped.contains(next.id())
            && !next.visitsHosts(worker.hostLanes())
            && ((chained && !branched) || worker.computes(next.service()))
            && ids.add(next.id())) {
          nodes.add(next);
        }
      }
    }
    return new Stretch(nodes.stream().map(node -> step(node, ids)).toList());
  }

  private static Step step(PlannedNode node, Set<String> inside) {
    boolean isReadOutside =
        node.successors().stream().anyMatch(next -> !inside.contains(next.id()));
    return new Step(node, node.isLast() || isReadOutside);
  }
}
