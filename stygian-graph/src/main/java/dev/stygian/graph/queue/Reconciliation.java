package dev.stygian.graph.queue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * Holds what a {@link Receipt} says against itself. Everything here is true after each change of a
 * queue, so it does not matter when somebody looks:
 *
 * <ul>
 *   <li>An item ends once. Where it never has two tasks at once, those in flight are the unfinished
 *       tasks.
 *   <li>An execution that is done hands its item to each node behind it once, or the item has
 *       become others. So the tasks that came to a node are these ones of its predecessor, or of
 *       the node that splits what it collects, and those with which items begin there. Where it has
 *       several predecessors, each task takes one end of each, and the ends that are left over
 *       wait.
 *   <li>Each of these tasks is done, dead, excluded, cancelled, stopped, answered or unfinished.
 *   <li>A done task of a last node has put out a result, which lies in the stream or is held back.
 * </ul>
 */
final class Reconciliation {
  private final Receipt receipt;
  private final RunStatus status;
  private final RunSpec spec;
  private final List<String> found = new ArrayList<>();

  Reconciliation(Receipt receipt) {
    this.receipt = receipt;
    this.status = receipt.status();
    this.spec = receipt.spec();
  }

  List<String> all() {
    items();
    letters();
    tasks();
    return ofNodes();
  }

  List<String> ofNodes() {
    ends();
    receipt.nodes().forEach(this::node);
    emissions();
    results();
    stream();
    return List.copyOf(found);
  }

  private void items() {
    if (receipt.accepted() != status.submitted()) {
      found.add(
          "submitters were told of "
              + receipt.accepted()
              + " items, the run counts "
              + status.submitted());
    }
    if (status.inFlight() < 0) {
      found.add("more items ended than there were, by " + -status.inFlight());
    }
  }

  private void letters() {
    Receipt.Letters letters = receipt.letters();
    long ended = status.dead() + status.excluded();
    if (letters.dead() + letters.excluded() + letters.dropped() != ended) {
      found.add(
          ended
              + " items are dead or excluded, "
              + (letters.dead() + letters.excluded())
              + " letters are kept and "
              + letters.dropped()
              + " were dropped");
    }
  }

  private void tasks() {
    long awaiting = sum(NodeBooks::awaiting);
    long inLanes = sum(NodeBooks::unfinished) - awaiting;
    long tasks = receipt.unfinishedTasks();
    if (inLanes != tasks) {
      found.add(tasks + " tasks are unfinished, " + inLanes + " wait, are delayed or are leased");
    }
    boolean isOver = status.finished().isPresent();
    long items = status.inFlight();
    if (isOver && (items != 0 || tasks != 0)) {
      found.add("the run is over, and " + items + " items with " + tasks + " tasks are in flight");
    } else if (items > 0 && tasks == 0 && !isOver) {
      found.add(items + " items are in flight without a task");
    } else if (spec.wide() ? items > tasks + awaiting : items != tasks + awaiting) {
      found.add(
          items
              + " items are in flight, and "
              + tasks
              + " tasks are unfinished and "
              + awaiting
              + " wait for parts");
    }
  }

  private long sum(ToLongFunction<NodeBooks> counter) {
    return receipt.nodes().stream().mapToLong(counter).sum();
  }

  /** An item dies at one node. Where it has one task at once, it is cancelled at one as well. */
  private void ends() {
    ends("dead", status.dead(), sum(node -> node.counts().dead()));
    ends("excluded", status.excluded(), sum(NodeBooks::excluded));
    if (!spec.wide()) {
      ends("cancelled", status.cancelled(), sum(NodeBooks::cancelled));
    }
  }

  private void ends(String how, long items, long atNodes) {
    if (items != atNodes) {
      found.add(items + " items are " + how + ", and " + atNodes + " at all nodes together");
    }
  }

  /**
   * What came to a node.
   *
   * @param left ends of its predecessors that make no whole task, and do not wait
   */
  record Arrivals(long tasks, long left) {}

  static Arrivals arrivals(Receipt receipt, NodeBooks node) {
    LaneSpec lane = receipt.spec().lanes().get(receipt.spec().laneOf(node.node()));
    List<String> before =
        lane.collecting().source().map(from -> List.of(from.split())).orElse(lane.inputs());
    long ends = -node.arrived();
    for (String predecessor : before) {
      ends += receipt.nodes().get(receipt.spec().laneOf(predecessor)).handedOn();
    }
    int perTask = Math.max(1, before.size());
    return new Arrivals(node.begun() + Math.floorDiv(ends, perTask), Math.floorMod(ends, perTask));
  }

  private void node(NodeBooks node) {
    Arrivals arrivals = arrivals(receipt, node);
    if (arrivals.left() != 0) {
      found.add(
          "node \""
              + node.node()
              + "\": "
              + arrivals.left()
              + " ends of its predecessors are neither of a task nor wait for others");
    } else if (arrivals.tasks() != node.accounted()) {
      found.add(
          "node \""
              + node.node()
              + "\": "
              + arrivals.tasks()
              + " tasks came to it, and "
              + node.accounted()
              + " have ended or are unfinished");
    }
  }

  private void emissions() {
    Emitted emitted = status.emitted();
    if (receipt.emitted() != sum(NodeBooks::emitted)) {
      found.add(
          "nodes emitted "
              + sum(NodeBooks::emitted)
              + " items, and "
              + emitted.accepted()
              + " were found, "
              + emitted.duplicates()
              + " duplicates and "
              + emitted.overLimit()
              + " over the limit");
    }
    Receipt.Found digests = receipt.found();
    if (digests.digests() < digests.counted() || digests.digests() > digests.countedThen()) {
      found.add(
          digests.counted()
              + " items were found, and digests of "
              + digests.digests()
              + " are kept");
    }
  }

  /** The nodes whose outputs are results. */
  private Set<String> lastNodes() {
    Set<String> last = new HashSet<>();
    spec.lanes().stream().filter(lane -> !lane.splits()).forEach(lane -> last.add(lane.node()));
    for (LaneSpec lane : spec.lanes()) {
      lane.inputs().forEach(last::remove);
      lane.collecting().source().ifPresent(source -> last.remove(source.last()));
    }
    return last;
  }

  private void results() {
    Receipt.Results results = receipt.results();
    Set<String> last = lastNodes();
    long executed = sum(node -> last.contains(node.node()) ? node.handedOn() : 0);
    if (executed + results.given() != results.counted() + results.held()) {
      found.add(
          "its last nodes put out "
              + executed
              + " outputs and "
              + results.given()
              + " results needed no execution, and "
              + results.counted()
              + " are results and "
              + results.held()
              + " are held");
    }
    long perItem = spec.endsPerItem();
    long usedUp = sum(NodeBooks::usedUp);
    boolean isSame =
        spec.lanes().stream().allMatch(lane -> lane.ends() == perItem && !lane.splits())
            && (usedUp == 0 || !spec.wide());
    if (isSame && results.counted() != perItem * (status.done() - usedUp)) {
      found.add(
          status.done()
              + " items are done"
              + (usedUp == 0 ? "" : ", of which " + usedUp + " without a result")
              + ", and there are "
              + results.counted()
              + " results");
    }
  }

  private void stream() {
    Receipt.Results results = receipt.results();
    long undelivered = results.counted() - results.delivered();
    if (results.last() == Receipt.Results.NONE_LIES
        ? undelivered != 0
        : results.last() != results.counted() && results.last() != Receipt.Results.NOT_FOUND) {
      found.add(
          "there are "
              + results.counted()
              + " results, and the last one that lies there is number "
              + Math.max(0, results.last()));
    }
    if (results.before() > results.delivered()) {
      found.add(
          results.delivered()
              + " results are delivered, and those before number "
              + (results.before() + 1)
              + " are gone");
    }
  }
}
