package dev.stygian.graph.pipeline;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Gathers a pipeline's edges from {@code depends_on} and {@code [[edges]]} and checks that they
 * make a DAG of nodes with unique ids. An edge that is said in both ways is one edge; one that is
 * said twice in the same way is a mistake.
 */
final class EdgeCheck {
  /** Of a longer cycle only the ends are printed. */
  private static final int LONGEST_PATH = 20;

  private final KnownServices services;
  private final Problems problems;
  private final Map<String, Place> ids = new LinkedHashMap<>();
  private final Set<String> fanOuts = new HashSet<>();
  private final Set<String> finding = new HashSet<>();

  /** The nodes that collect, and where that is said. */
  private final Map<String, Place> collecting = new LinkedHashMap<>();

  /** Each edge and the place that names it first. */
  private final Map<Edge, Place> edges = new LinkedHashMap<>();

  EdgeCheck(KnownServices services, Problems problems) {
    this.services = services;
    this.problems = problems;
  }

  /**
   * Reports every problem of the graph.
   *
   * @return the edges, in the order of the nodes' {@code depends_on}, then of {@code [[edges]]}
   */
  List<Edge> check(SourceValue.Table root, List<SourceValue.Table> nodes) {
    nodes.forEach(this::addNode);
    nodes.forEach(this::addDependencies);
    Map<Edge, Place> written = new HashMap<>();
    root.array("edges").ifPresent(all -> all.elements().forEach(edge -> addWritten(edge, written)));
    if (!hasCycles() && !services.isOpen()) { // of those nobody knows here what they do to items
      checkScopes();
    }
    return List.copyOf(edges.keySet());
  }

  private void addNode(SourceValue.Table node) {
    Optional<SourceValue.Text> id = id(node);
    if (id.isPresent()) {
      Place first = ids.putIfAbsent(id.get().text(), id.get().place());
      if (first != null) {
        problems.wrong(
            id.get().place(),
            "node "
                + Quoted.of(id.get().text())
                + " is defined twice, first at line "
                + first.line()
                + "; rename one of the two");
      }
      node.text("service")
          .filter(service -> services.fansOut().test(service.text()))
          .ifPresent(_ -> fanOuts.add(id.get().text()));
      node.text("service")
          .filter(service -> services.finds().test(service.text()))
          .ifPresent(_ -> finding.add(id.get().text()));
      node.entry("collect")
          .filter(
              entry -> entry.value() instanceof SourceValue.Flag(Place _, boolean isSet) && isSet)
          .ifPresent(entry -> collecting.putIfAbsent(id.get().text(), entry.key()));
    }
  }

  private void addDependencies(SourceValue.Table node) {
    Optional<SourceValue.Text> id = id(node);
    Optional<SourceValue.Array> all = node.array("depends_on");
    if (id.isEmpty() || all.isEmpty()) {
      return;
    }
    Set<String> seen = new HashSet<>();
    for (SourceValue element : all.get().elements()) {
      if (element instanceof SourceValue.Text(Place place, String from)) {
        addDependency(from, id.get().text(), place, seen.add(from));
      }
    }
  }

  private void addDependency(String from, String to, Place place, boolean isNew) {
    String shown = "node " + Quoted.of(to) + " depends on ";
    if (!isNew) {
      problems.wrong(place, shown + Quoted.of(from) + " twice; remove one of the two");
    } else if (from.equals(to)) {
      problems.wrong(place, shown + "itself; remove this dependency");
    } else if (!ids.containsKey(from)) {
      problems.missing(place, shown + Quoted.of(from) + whichIsNoNode(from));
    } else {
      edges.putIfAbsent(new Edge(from, to), place);
    }
  }

  private static Optional<SourceValue.Text> id(SourceValue.Table node) {
    return node.text("id").filter(id -> !id.text().isEmpty());
  }

  private void addWritten(SourceValue value, Map<Edge, Place> written) {
    if (!(value instanceof SourceValue.Table table)) {
      return;
    }
    Optional<SourceValue.Text> from = table.text("from");
    Optional<SourceValue.Text> to = table.text("to");
    boolean startsNowhere = from.filter(end -> isNoNode(end, "comes from")).isPresent();
    boolean endsNowhere = to.filter(end -> isNoNode(end, "goes to")).isPresent();
    if (startsNowhere || endsNowhere || from.isEmpty() || to.isEmpty()) {
      return;
    }
    Place place = to.get().place();
    Edge edge = new Edge(from.get().text(), to.get().text());
    Place first = written.putIfAbsent(edge, table.place());
    if (first != null) {
      problems.wrong(
          table.place(),
          "the edge from "
              + Quoted.of(edge.from())
              + " to "
              + Quoted.of(edge.to())
              + " is defined twice, first at line "
              + first.line()
              + "; remove one of the two");
    } else if (edge.from().equals(edge.to())) {
      problems.wrong(
          place, "node " + Quoted.of(edge.to()) + " depends on itself; remove this edge");
    } else {
      edges.putIfAbsent(edge, place);
    }
  }

  private boolean isNoNode(SourceValue.Text end, String verb) {
    if (ids.containsKey(end.text())) {
      return false;
    }
    problems.missing(
        end.place(), "an edge " + verb + " " + Quoted.of(end.text()) + whichIsNoNode(end.text()));
    return true;
  }

  private String whichIsNoNode(String id) {
    if (problems.isFull()) {
      return "";
    }
    return Suggestion.nearest(id, ids.keySet())
        .map(near -> "; did you mean " + Quoted.of(near) + "?")
        .orElseGet(() -> ", which is no node; " + knownNodes());
  }

  private String knownNodes() {
    return ids.isEmpty() ? "no node has an id" : "the known node" + Suggestion.listed(ids.keySet());
  }

  private boolean hasCycles() {
    List<CycleSearch.Cycle> cycles = CycleSearch.cycles(ids.keySet(), edges.keySet());
    for (CycleSearch.Cycle cycle : cycles) {
      Place place = edges.getOrDefault(cycle.closing(), Place.START);
      problems.wrong(
          place, "the nodes form a cycle: " + circle(cycle.nodes()) + "; remove one of its edges");
    }
    return !cycles.isEmpty();
  }

  private void checkScopes() {
    ItemScopes scopes = ItemScopes.of(ids.keySet(), edges.keySet(), fanOuts, collecting.keySet());
    new CollectCheck(scopes, edges.keySet(), fanOuts, finding, collecting, problems)
        .check(ids.keySet());
    for (ItemScopes.Clash clash : scopes.clashes()) {
      problems.wrong(
          edges.getOrDefault(clash.edge(), Place.START),
          "node "
              + Quoted.of(clash.edge().to())
              + " joins nodes that are executed for different items: "
              + path(clash.first())
              + once(clash.firstScope())
              + " and "
              + path(clash.second())
              + once(clash.secondScope())
              + "; remove one of the two edges");
    }
  }

  static String once(List<String> scope) {
    return scope.isEmpty()
        ? " (once for each item of the run)"
        : " (once for each item that " + Quoted.of(scope.getLast()) + " emits)";
  }

  private static String circle(List<String> cycle) {
    List<String> all = new ArrayList<>(cycle);
    all.add(cycle.getFirst());
    return path(all);
  }

  static String path(List<String> nodes) {
    List<String> all = nodes;
    if (all.size() > LONGEST_PATH) {
      int half = LONGEST_PATH / 2;
      List<String> shown = new ArrayList<>(all.subList(0, half));
      shown.add("… (" + (all.size() - LONGEST_PATH) + " more)");
      shown.addAll(all.subList(all.size() - half, all.size()));
      all = shown;
    }
    return all.stream().map(Quoted::plain).collect(Collectors.joining(" -> "));
  }
}
