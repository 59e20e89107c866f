package dev.stygian.graph.pipeline;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * For which items the nodes of a graph are executed: those of the run, or those that fan-outs
 * before them emit. The scope of a node is the list of these fan-outs, the outermost first; a
 * fan-out itself belongs to the scope of the items that it splits. A node that collects belongs to
 * the scope of the item whose parts it gets. Nodes on a cycle and behind one have none. Immutable
 * and thread-safe.
 */
public final class ItemScopes {
  private final Map<String, List<String>> byNode = new LinkedHashMap<>();
  private final Map<String, String> before = new HashMap<>();
  private final Map<String, String> collectors = new HashMap<>();
  private final List<Clash> clashes = new ArrayList<>();
  private final Set<String> fanOuts;
  private final Set<String> collecting;

  /**
   * A join of nodes that are executed for different items.
   *
   * @param edge the one that does not fit those before it
   * @param first the path to the join whose scope counts
   * @param second the path over the edge
   */
  record Clash(
      Edge edge,
      List<String> first,
      List<String> firstScope,
      List<String> second,
      List<String> secondScope) {}

  private ItemScopes(Set<String> fanOuts, Set<String> collecting) {
    this.fanOuts = fanOuts;
    this.collecting = collecting;
  }

  /** The scopes of a pipeline's nodes, of which {@code fanOuts} split their items. */
  public static ItemScopes of(Pipeline pipeline, Set<String> fanOuts) {
    Set<String> collecting =
        pipeline.nodes().stream().filter(Node::collect).map(Node::id).collect(Collectors.toSet());
    ItemScopes scopes =
        of(pipeline.nodes().stream().map(Node::id).toList(), pipeline.edges(), fanOuts, collecting);
    if (!scopes.clashes.isEmpty()) {
      throw new IllegalArgumentException(
          "node "
              + Quoted.of(scopes.clashes.getFirst().edge.to())
              + " of pipeline "
              + Quoted.of(pipeline.id())
              + " joins nodes that are executed for different items");
    }
    return scopes;
  }

  static ItemScopes of(
      Collection<String> nodes,
      Collection<Edge> edges,
      Set<String> fanOuts,
      Set<String> collecting) {
    ItemScopes scopes = new ItemScopes(Set.copyOf(fanOuts), Set.copyOf(collecting));
    Map<String, List<Edge>> into = new LinkedHashMap<>();
    Map<String, List<Edge>> outOf = new HashMap<>();
    nodes.forEach(node -> into.put(node, new ArrayList<>()));
    for (Edge edge : edges) {
      into.computeIfAbsent(edge.to(), _ -> new ArrayList<>()).add(edge);
      outOf.computeIfAbsent(edge.from(), _ -> new ArrayList<>()).add(edge);
    }
    Map<String, Integer> open = new HashMap<>();
    Deque<String> ready = new ArrayDeque<>();
    into.forEach((node, all) -> {
      open.put(node, all.size());
      if (all.isEmpty()) {
        ready.add(node);
      }
    });
    while (!ready.isEmpty()) {
      String node = ready.remove();
      scopes.add(node, into.getOrDefault(node, List.of()));
      for (Edge edge : outOf.getOrDefault(node, List.of())) {
        if (open.merge(edge.to(), -1, Integer::sum) == 0) {
          ready.add(edge.to());
        }
      }
    }
    return scopes;
  }

  private void add(String node, List<Edge> into) {
    if (into.isEmpty()) {
      byNode.put(node, List.of());
      return;
    }
    String first = into.getFirst().from();
    List<String> scope = behind(first);
    if (collecting.contains(node)) {
      addCollecting(node, first, scope);
      return;
    }
    for (Edge edge : into.subList(1, into.size())) {
      List<String> other = behind(edge.from());
      if (!other.equals(scope) && clashes.size() < Problems.SHOWN) {
        clashes.add(new Clash(edge, path(first, node), scope, path(edge.from(), node), other));
      }
    }
    byNode.put(node, scope);
    before.put(node, first);
  }

  private void addCollecting(String node, String last, List<String> inner) {
    before.put(node, last);
    byNode.put(node, inner.isEmpty() ? inner : inner.subList(0, inner.size() - 1));
    if (!inner.isEmpty()) {
      collectors.putIfAbsent(inner.getLast(), node);
    }
  }

  private List<String> behind(String node) {
    List<String> scope = byNode.getOrDefault(node, List.of());
    if (!fanOuts.contains(node)) {
      return scope;
    }
    List<String> inner = new ArrayList<>(scope);
    inner.add(node);
    return List.copyOf(inner);
  }

  private List<String> path(String from, String to) {
    List<String> all = new ArrayList<>(path(from));
    all.add(to);
    return List.copyOf(all);
  }

  /** A way to a node from a first one. */
  List<String> path(String to) {
    ArrayDeque<String> all = new ArrayDeque<>(List.of(to));
    for (String node = before.get(to); node != null; node = before.get(node)) {
      all.addFirst(node);
    }
    return List.copyOf(all);
  }

  /** The node that collects what a fan-out emits; empty: none does, each part ends for itself. */
  public Optional<String> collector(String fanOut) {
    return Optional.ofNullable(collectors.get(fanOut));
  }

  /** The fan-outs that emit the items of a node, the outermost first; empty: the run's items. */
  public List<String> of(String node) {
    return byNode.getOrDefault(node, List.of());
  }

  /** At most as many as a reader is shown. */
  List<Clash> clashes() {
    return List.copyOf(clashes);
  }
}
