package dev.stygian.graph.pipeline;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whether what each collecting node waits for is certain to come: all parts of an item, by one way.
 */
final class CollectCheck {
  private final ItemScopes scopes;
  private final Set<String> fanOuts;
  private final Set<String> finding;
  private final Map<String, Place> collecting;
  private final Problems problems;
  private final Map<String, List<String>> predecessors = new HashMap<>();
  private final Map<String, List<String>> successors = new HashMap<>();

  /**
   * A check of one graph, which has no cycles.
   *
   * @param finding the nodes that find items beside those that they are executed for
   * @param collecting the nodes that collect, and where that is said
   */
  CollectCheck(
      ItemScopes scopes,
      Collection<Edge> edges,
      Set<String> fanOuts,
      Set<String> finding,
      Map<String, Place> collecting,
      Problems problems) {
    this.scopes = scopes;
    this.fanOuts = fanOuts;
    this.finding = finding;
    this.collecting = collecting;
    this.problems = problems;
    for (Edge edge : edges) {
      predecessors.computeIfAbsent(edge.to(), _ -> new ArrayList<>()).add(edge.from());
      successors.computeIfAbsent(edge.from(), _ -> new ArrayList<>()).add(edge.to());
    }
  }

  void check(Collection<String> nodes) {
    collecting.forEach((node, place) -> check(node, place, nodes));
  }

  private void check(String node, Place place, Collection<String> nodes) {
    List<String> before = predecessors.getOrDefault(node, List.of());
    String collects = "node " + Quoted.of(node) + " collects";
    if (before.size() != 1) {
      problems.wrong(
          place,
          collects
              + (before.isEmpty()
                  ? " and depends on no node"
                  : " and depends on " + before.size() + " nodes, " + listed(before))
              + "; let it depend on one, which is executed for the parts of an item");
      return;
    }
    String last = before.getFirst();
    if (fanOuts.contains(last)) {
      problems.wrong(
          place,
          collects
              + " what "
              + Quoted.of(last)
              + " emits as it is: "
              + EdgeCheck.path(scopes.path(node))
              + "; put a node between the two");
    } else if (scopes.of(last).isEmpty()) {
      problems.wrong(
          place,
          collects
              + ", and nothing before it is split: "
              + EdgeCheck.path(scopes.path(node))
              + EdgeCheck.once(List.of())
              + "; put a node that splits before it, or take \"collect\" out");
    } else {
      checkWays(node, last, place, nodes);
    }
  }

  private void checkWays(String node, String last, Place place, Collection<String> nodes) {
    List<String> scope = scopes.of(last);
    String split = Quoted.of(scope.getLast());
    String collects = "node " + Quoted.of(node) + " collects what " + split + " emits";
    for (String other : nodes) {
      List<String> ofOther = scopes.of(other);
      if (ofOther.equals(scope)) {
        exit(node, other)
            .forEach(way ->
                problems.wrong(
                    place,
                    collects
                        + ", and not all of it comes there: "
                        + EdgeCheck.path(scopes.path(node))
                        + " and "
                        + EdgeCheck.path(way)
                        + "; let both lead to one node, which "
                        + Quoted.of(node)
                        + " depends on, or remove the second"));
      }
      boolean isInside =
          ofOther.size() >= scope.size() && ofOther.subList(0, scope.size()).equals(scope);
      if (isInside && finding.contains(other)) {
        problems.wrong(
            place,
            collects
                + ", and "
                + Quoted.of(other)
                + " finds further items between them, which nobody can tell when all are there: "
                + EdgeCheck.path(scopes.path(other))
                + "; move it in front of "
                + split
                + ", or take \"collect\" out");
      }
    }
  }

  /** The ways on which parts leave through a node that do not lead to their collector. */
  private List<List<String>> exit(String collector, String node) {
    List<String> after = successors.getOrDefault(node, List.of());
    boolean isLast = after.isEmpty();
    boolean isSplitForGood = fanOuts.contains(node) && scopes.collector(node).isEmpty();
    if (isLast || isSplitForGood) {
      return List.of(scopes.path(node));
    }
    List<List<String>> ways = new ArrayList<>();
    for (String next : after) {
      boolean leaves = collecting.containsKey(next) && !fanOuts.contains(node);
      String last = scopes.path(collector).get(scopes.path(collector).size() - 2);
      if (leaves && !(next.equals(collector) && node.equals(last))) {
        List<String> way = new ArrayList<>(scopes.path(node));
        way.add(next);
        ways.add(way);
      }
    }
    return ways;
  }

  private static String listed(List<String> nodes) {
    return nodes.stream().map(Quoted::of).collect(Collectors.joining(" and "));
  }
}
