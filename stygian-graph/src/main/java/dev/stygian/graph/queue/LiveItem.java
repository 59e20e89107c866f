package dev.stygian.graph.queue;

import dev.stygian.graph.item.Payload;
import dev.stygian.graph.queue.DeadLetter.AttemptError;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An item between its acceptance and its end, and a dead one until it is dropped. Guarded by the
 * queue's lock.
 */
final class LiveItem {
  final String id;
  final Payload input;
  private int unfinished;
  private Map<String, Payload> kept = Map.of();
  private Map<String, Integer> joins = Map.of();
  private List<Result> ends = List.of();
  private Map<String, Long> parts = Map.of();
  private Map<String, AwaitedParts> awaited = Map.of();
  private final @Nullable Origin origin;
  private @Nullable Death death;

  /** What is known of a dead item: the task that died, and those that stopped because of it. */
  private record Death(
      QueuedTask task,
      Instant at,
      boolean excluded,
      List<AttemptError> errors,
      List<QueuedTask> parked) {}

  /**
   * Where a part comes from that is collected.
   *
   * @param collector the node that gets its output
   * @param last the node that puts this out
   */
  record Origin(LiveItem parent, long number, String collector, String last) {}

  LiveItem(String id, Payload input) {
    this(id, input, null);
  }

  LiveItem(String id, Payload input, @Nullable Origin origin) {
    this.id = id;
    this.input = input;
    this.origin = origin;
  }

  /** Empty where nobody collects it. */
  Optional<Origin> origin() {
    return Optional.ofNullable(origin);
  }

  /** Its parts that a node collects. */
  AwaitedParts awaited(String collector) {
    if (awaited.isEmpty()) {
      awaited = new LinkedHashMap<>(2);
    }
    return awaited.computeIfAbsent(collector, _ -> new AwaitedParts());
  }

  /** The nodes that collect its parts. */
  List<String> collectors() {
    return List.copyOf(awaited.keySet());
  }

  /** What a node has collected is used. */
  void dropAwaited(String collector) {
    awaited.remove(collector);
  }

  /** Whether it is dead since parts of it are missing, none of which is under way. */
  boolean lacksParts() {
    if (death == null || death.excluded() || !awaited.containsKey(death.task().lane.spec.node())) {
      return false;
    }
    AwaitedParts parts = awaited(death.task().lane.spec.node());
    return parts.areAllThere() && !parts.isReady();
  }

  /** Whether it is dead, and the task that died is one of this node. */
  boolean diedAt(String node) {
    return death != null && death.task().lane.spec.node().equals(node);
  }

  /** Lets a dead item's letter give another reason. */
  void reword(AttemptError error) {
    death().errors().clear();
    death().errors().add(error);
  }

  void taskBegins() {
    unfinished++;
  }

  /** Whether it was the last one. */
  boolean taskEnds() {
    unfinished--;
    return unfinished == 0;
  }

  void keep(String node, Payload output) {
    if (kept.isEmpty()) {
      kept = new HashMap<>(4);
    }
    kept.put(node, output);
  }

  /** The kept outputs of nodes, in their order. */
  Map<String, Payload> kept(List<String> nodes) {
    if (nodes.isEmpty() || kept.isEmpty()) {
      return Map.of();
    }
    Map<String, Payload> found = LinkedHashMap.newLinkedHashMap(nodes.size());
    for (String node : nodes) {
      Payload output = kept.get(node);
      if (output != null) {
        found.put(node, output);
      }
    }
    return found;
  }

  /** Whether this release of a task was the one that it still waited for. */
  boolean isLastRelease(Release release) {
    if (release.predecessors() <= 1) {
      return true;
    }
    if (joins.isEmpty()) {
      joins = new HashMap<>(4);
    }
    String node = release.task().id().node();
    int seen = joins.merge(node, 1, Integer::sum);
    if (seen < release.predecessors()) {
      return false;
    }
    joins.remove(node);
    return true;
  }

  /** How many of the items a node has emitted that it splits this one into. */
  long parts(String node) {
    return parts.getOrDefault(node, 0L);
  }

  void countParts(String node, long emitted) {
    if (parts.isEmpty()) {
      parts = new HashMap<>(2);
    }
    parts.put(node, emitted);
  }

  /** Holds the output of a last node until the item's other last nodes are done. */
  void end(Result result) {
    if (ends.isEmpty()) {
      ends = new ArrayList<>(2);
    }
    ends.add(result);
  }

  int ended() {
    return ends.size();
  }

  List<Result> takeEnds() {
    List<Result> all = ends;
    ends = List.of();
    return all;
  }

  /** Whether it has a letter, as a dead item or as an excluded one. */
  boolean isDead() {
    return death != null;
  }

  boolean isExcluded() {
    return death().excluded();
  }

  void die(QueuedTask task, Instant at, boolean excluded) {
    death = new Death(task, at, excluded, new ArrayList<>(task.errors()), new ArrayList<>(0));
  }

  /** Sets a task of this dead item aside, for a replay. */
  void park(QueuedTask task) {
    Death known = death();
    known.errors().addAll(task.errors());
    known.parked().add(task.renewed());
  }

  DeadLetter letter() {
    Death known = death();
    return new DeadLetter(known.task().task, known.task().attempts(), known.errors(), known.at());
  }

  /** Lets its lanes forget that it is dead. */
  void uncountDeath() {
    Death known = death();
    known.task().lane.uncountLetter(known.excluded(), known.task().attempts());
    known.parked().forEach(task -> task.lane.countStopped(-1));
  }

  /** Makes the item alive again and gives the tasks with which it goes on. */
  List<QueuedTask> revive() {
    Death known = death();
    death = null;
    List<QueuedTask> tasks = new ArrayList<>(known.parked().size() + 1);
    tasks.add(known.task().renewed());
    tasks.addAll(known.parked());
    return tasks;
  }

  private Death death() {
    if (death == null) {
      throw new IllegalStateException("item \"" + id + "\" is not dead");
    }
    return death;
  }
}
