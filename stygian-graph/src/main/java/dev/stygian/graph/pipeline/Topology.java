package dev.stygian.graph.pipeline;

import dev.stygian.graph.settings.CanonicalJson;
import dev.stygian.graph.settings.Sha256;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a pipeline's edges mean for the order of its nodes. Built once per run, in time linear in
 * nodes and edges; immutable and thread-safe.
 */
public final class Topology {
  private final List<Node> nodes;
  private final Map<String, Integer> indexes = new HashMap<>();
  private final Map<String, Integer> levels = new HashMap<>();
  private final Map<String, List<String>> predecessors = new HashMap<>();
  private final Map<String, List<String>> successors = new HashMap<>();

  private Topology(Pipeline pipeline) {
    Map<String, List<String>> before = new HashMap<>();
    Map<String, List<String>> after = new HashMap<>();
    for (Node node : pipeline.nodes()) {
      before.put(node.id(), new ArrayList<>());
      after.put(node.id(), new ArrayList<>());
    }
    for (Edge edge : pipeline.edges()) {
      known(edge.to(), before).add(edge.from());
      known(edge.from(), after).add(edge.to());
    }
    before.forEach((node, all) -> predecessors.put(node, List.copyOf(all)));
    after.forEach((node, all) -> successors.put(node, List.copyOf(all)));
    findLevels(pipeline);
    nodes =
        pipeline.nodes().stream()
            .sorted(Comparator.comparingInt(n -> level(n.id()))) // stable: the file's order
            .toList();
    for (Node node : nodes) {
      indexes.put(node.id(), indexes.size());
    }
  }

  /**
   * The topology of a pipeline.
   *
   * @throws IllegalArgumentException where its edges form a cycle or lead nowhere, which no parsed
   *     pipeline's do
   */
  public static Topology of(Pipeline pipeline) {
    return new Topology(pipeline);
  }

  private void findLevels(Pipeline pipeline) {
    Map<String, Integer> open = new HashMap<>();
    Deque<String> ready = new ArrayDeque<>();
    for (Node node : pipeline.nodes()) {
      int count = predecessors(node.id()).size();
      open.put(node.id(), count);
      levels.put(node.id(), 0);
      if (count == 0) {
        ready.add(node.id());
      }
    }
    int finished = 0;
    while (!ready.isEmpty()) {
      String node = ready.remove();
      finished++;
      for (String successor : successors(node)) {
        levels.merge(successor, level(node) + 1, Math::max);
        if (open.merge(successor, -1, Integer::sum) == 0) {
          ready.add(successor);
        }
      }
    }
    if (finished < levels.size()) {
      throw new IllegalArgumentException(
          "the edges of pipeline " + Quoted.of(pipeline.id()) + " form a cycle");
    }
  }

  /** In topological order: by level, and within a level as in the file. */
  public List<Node> nodes() {
    return nodes;
  }

  /** The node's position in {@link #nodes()}. */
  public int index(String node) {
    return known(node, indexes);
  }

  /** The number of edges on the longest path from a root: 0 for a root. */
  public int level(String node) {
    return known(node, levels);
  }

  /** The nodes whose outputs this one takes, in the order of the edges. */
  public List<String> predecessors(String node) {
    return known(node, predecessors);
  }

  /** The nodes that take this one's output, in the order of the edges. */
  public List<String> successors(String node) {
    return known(node, successors);
  }

  /** The nodes without predecessors, where every item starts. */
  public List<Node> roots() {
    return nodes.stream().filter(n -> predecessors(n.id()).isEmpty()).toList();
  }

  /** The nodes without successors, whose outputs are the item's results. */
  public List<Node> leaves() {
    return nodes.stream().filter(n -> successors(n.id()).isEmpty()).toList();
  }

  /** Whether an item can have more than one live task at once. */
  public boolean isWide() {
    return roots().size() > 1 || nodes.stream().anyMatch(n -> successors(n.id()).size() > 1);
  }

  /**
   * A SHA-256 for each node, in hex and in topological order, over all that decides about its
   * output besides the item: its id, its service, its effective config, whether it collects, and
   * the fingerprints of its predecessors. So an edited selector changes its node's fingerprint and
   * those of all nodes after it, and no other.
   *
   * @param effectiveConfig a node's config with its service's defaults, references unresolved:
   *     {@code Config.withDefaults}
   */
  public Map<String, String> fingerprints(Function<Node, ObjectNode> effectiveConfig) {
    Map<String, String> all = new LinkedHashMap<>();
    for (Node node : nodes) {
      ObjectNode content = JsonNodeFactory.instance.objectNode();
      content.put("id", node.id()).put("service", node.service());
      content.set("config", effectiveConfig.apply(node));
      if (node.collect()) {
        content.put("collect", true); // the others keep the fingerprints that they have
      }
      ArrayNode before = content.putArray("predecessors");
      predecessors(node.id()).forEach(p -> before.add(known(p, all)));
      all.put(node.id(), HexFormat.of().formatHex(Sha256.of(CanonicalJson.bytes(content))));
    }
    return all;
  }

  private static <V> V known(String node, Map<String, V> values) {
    V value = values.get(node);
    if (value == null) {
      throw new IllegalArgumentException("the pipeline has no node " + Quoted.of(node));
    }
    return value;
  }
}
