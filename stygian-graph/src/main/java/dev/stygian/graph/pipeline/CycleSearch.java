package dev.stygian.graph.pipeline;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds cycles by a depth-first search without recursion. Each edge back to a node on the way
 * closes one cycle, so every cycle is found once, and a graph without these edges has none.
 */
final class CycleSearch {
  private final Map<String, List<String>> successors = new LinkedHashMap<>();
  private final Map<String, Integer> order = new HashMap<>();
  private final List<Cycle> found = new ArrayList<>();

  /**
   * One cycle.
   *
   * @param nodes in the direction of the edges, from the one that stands first in the file
   * @param closing the edge that leads back
   */
  record Cycle(List<String> nodes, Edge closing) {}

  private CycleSearch(Collection<String> nodes, Collection<Edge> edges) {
    for (String node : nodes) {
      successors.put(node, new ArrayList<>());
      order.put(node, order.size());
    }
    edges.forEach(e -> successors.getOrDefault(e.from(), new ArrayList<>()).add(e.to()));
  }

  /** At most as many as a reader is shown. */
  static List<Cycle> cycles(Collection<String> nodes, Collection<Edge> edges) {
    CycleSearch search = new CycleSearch(nodes, edges);
    search.run();
    return search.found;
  }

  private void run() {
    Set<String> finished = new HashSet<>();
    for (String start : successors.keySet()) {
      if (!finished.contains(start)) {
        searchFrom(start, finished);
      }
    }
  }

  private void searchFrom(String start, Set<String> finished) {
    List<String> way = new ArrayList<>(List.of(start));
    Map<String, Integer> positionOnWay = new HashMap<>(Map.of(start, 0));
    Deque<Iterator<String>> open = new ArrayDeque<>(List.of(next(start)));
    while (!open.isEmpty() && found.size() < Problems.SHOWN) {
      String node = way.getLast();
      if (!open.getLast().hasNext()) {
        open.removeLast();
        way.removeLast();
        positionOnWay.remove(node);
        finished.add(node);
        continue;
      }
      String successor = open.getLast().next();
      Integer position = positionOnWay.get(successor);
      if (position != null) {
        found.add(cycle(way.subList(position, way.size()), new Edge(node, successor)));
      } else if (!finished.contains(successor)) {
        positionOnWay.put(successor, way.size());
        way.add(successor);
        open.addLast(next(successor));
      }
    }
  }

  private Iterator<String> next(String node) {
    return successors.getOrDefault(node, List.of()).iterator();
  }

  private Cycle cycle(List<String> part, Edge closing) {
    List<String> nodes = new ArrayList<>(part);
    int first = 0;
    for (int i = 1; i < nodes.size(); i++) {
      if (order.getOrDefault(nodes.get(i), 0) < order.getOrDefault(nodes.get(first), 0)) {
        first = i;
      }
    }
    Collections.rotate(nodes, -first);
    return new Cycle(nodes, closing);
  }
}
