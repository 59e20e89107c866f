package dev.stygian.graph.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;

class GraphDrawingTest {
  private static final Pipeline PLAIN =
      Pipelines.of(
          List.of("fetch", "extract", "sink"),
          List.of(
              new Edge("fetch", "extract"),
              new Edge("extract", "sink"),
              new Edge("fetch", "sink")));

  private static final Pipeline NASTY =
      Pipelines.of(List.of("\"]; end <b>#`\\", "a\u202eb\u2028c"), List.of());

  @Test
  void drawsMermaid() {
    assertThat(GraphDrawing.MERMAID.draw(PLAIN))
        .isEqualTo(
            """
            flowchart LR
              n0["fetch (noop)"]
              n1["extract (noop)"]
              n2["sink (noop)"]
              n0 --> n1
              n1 --> n2
              n0 --> n2
            """);
  }

  @Test
  void saysWhatCollects() {
    Node plain = Pipelines.node("all", JsonNodeFactory.instance.objectNode());
    Node all =
        new Node(
            plain.id(),
            plain.service(),
            plain.config(),
            plain.maxAttempts(),
            plain.backoff(),
            plain.timeout(),
            plain.checkpoint(),
            plain.maxLeased(),
            true);
    Pipeline pipeline =
        Pipelines.of(
            "test",
            ExecutionSettings.defaults(),
            InputSettings.none(),
            List.of(Pipelines.node("each", JsonNodeFactory.instance.objectNode()), all),
            List.of(new Edge("each", "all")));

    assertThat(GraphDrawing.TEXT.draw(pipeline))
        .isEqualTo("each (noop)\n  all (noop, collects) <- each\n");
  }

  @Test
  void drawsDot() {
    assertThat(GraphDrawing.DOT.draw(PLAIN))
        .isEqualTo(
            """
            digraph "test" {
              rankdir=LR;
              node [shape=box];
              n0 [label="fetch (noop)"];
              n1 [label="extract (noop)"];
              n2 [label="sink (noop)"];
              n0 -> n1;
              n1 -> n2;
              n0 -> n2;
            }
            """);
  }

  @Test
  void drawsText() {
    assertThat(GraphDrawing.TEXT.draw(PLAIN))
        .isEqualTo(
            """
            fetch (noop)
              extract (noop) <- fetch
                sink (noop) <- extract, fetch
            """);
  }

  @Test
  void keepsIdsFromBreakingOutOfTheirLabels() {
    assertThat(GraphDrawing.MERMAID.draw(NASTY))
        .contains("n0[\"#34;#93;#59; end #60;b#62;#35;#96;#92; (noop)\"]\n")
        .contains("n1[\"a#92;u202eb#92;u2028c (noop)\"]\n");
    assertThat(GraphDrawing.DOT.draw(NASTY))
        .contains("n0 [label=\"\\\"]; end <b>#`\\\\ (noop)\"];\n");
    assertThat(GraphDrawing.TEXT.draw(NASTY)).contains("a\\u202eb\\u2028c (noop)\n");
  }
}
