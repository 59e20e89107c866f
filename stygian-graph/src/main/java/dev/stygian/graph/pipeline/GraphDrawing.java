package dev.stygian.graph.pipeline;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A pipeline's graph as text. Ids may hold any character, so nodes are numbered in the languages of
 * drawing tools and ids stand only in labels, escaped.
 */
public enum GraphDrawing {
  /** A flowchart for Markdown pages. */
  MERMAID {
    @Override
    public String draw(Pipeline pipeline) {
      return lines(
          "flowchart LR\n",
          pipeline,
          (name, node) -> "  " + name + "[\"" + mermaid(label(node)) + "\"]\n",
          (from, to) -> "  " + from + " --> " + to + "\n",
          "");
    }
  },
  /** For Graphviz. */
  DOT {
    @Override
    public String draw(Pipeline pipeline) {
      return lines(
          "digraph " + dot(pipeline.id()) + " {\n  rankdir=LR;\n  node [shape=box];\n",
          pipeline,
          (name, node) -> "  " + name + " [label=" + dot(label(node)) + "];\n",
          (from, to) -> "  " + from + " -> " + to + ";\n",
          "}\n");
    }
  },
  /** For a terminal: a line per node, in topological order, with what it depends on. */
  TEXT {
    @Override
    public String draw(Pipeline pipeline) {
      Topology topology = Topology.of(pipeline);
      StringBuilder out = new StringBuilder();
      for (Node node : topology.nodes()) {
        List<String> before = topology.predecessors(node.id());
        out.append("  ".repeat(Math.min(topology.level(node.id()), DEEPEST_INDENT)))
            .append(label(node));
        if (!before.isEmpty()) {
          out.append(
              before.stream().map(Quoted::plain).collect(Collectors.joining(", ", " <- ", "")));
        }
        out.append('\n');
      }
      return out.toString();
    }
  };

  private static final int DEEPEST_INDENT = 20;

  /** The whole drawing, which ends with a line break. */
  public abstract String draw(Pipeline pipeline);

  /** One line of a drawing. */
  @FunctionalInterface
  private interface Line<A, B> {
    String of(A first, B second);
  }

  private static String lines(
      String head,
      Pipeline pipeline,
      Line<String, Node> nodeLine,
      Line<String, String> edgeLine,
      String foot) {
    StringBuilder out = new StringBuilder(head);
    Map<String, String> names = new HashMap<>();
    for (Node node : pipeline.nodes()) {
      String name = "n" + names.size();
      names.put(node.id(), name);
      out.append(nodeLine.of(name, node));
    }
    for (Edge edge : pipeline.edges()) {
      out.append(
          edgeLine.of(
              names.getOrDefault(edge.from(), "missing"),
              names.getOrDefault(edge.to(), "missing")));
    }
    return out.append(foot).toString();
  }

  private static String label(Node node) {
    return Quoted.plain(node.id())
        + " ("
        + Quoted.plain(node.service())
        + (node.collect() ? ", collects)" : ")");
  }

  /** Mermaid reads Markdown, HTML and its own entities in labels: ASCII signs go in as codes. */
  private static String mermaid(String label) {
    StringBuilder out = new StringBuilder();
    label
        .codePoints()
        .forEach(c -> {
          if (c >= 0x80 || Character.isLetterOrDigit(c) || " ()_-.:/".indexOf(c) >= 0) {
            out.appendCodePoint(c);
          } else {
            out.append(String.format(Locale.ROOT, "#%d;", c));
          }
        });
    return out.toString();
  }

  private static String dot(String text) {
    return '"' + Quoted.plain(text).replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
