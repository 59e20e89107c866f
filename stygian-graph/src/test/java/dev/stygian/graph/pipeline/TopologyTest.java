package dev.stygian.graph.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class TopologyTest {
  private static final Pipeline DIAMOND =
      Pipelines.of(
          List.of("join", "right", "left", "start"),
          List.of(
              new Edge("start", "left"),
              new Edge("start", "right"),
              new Edge("right", "join"),
              new Edge("left", "join"),
              new Edge("start", "join")));

  @Test
  void ordersNodesByLevelAndThenAsInTheFile() {
    Topology topology = Topology.of(DIAMOND);
    assertThat(topology.nodes())
        .extracting(Node::id)
        .containsExactly("start", "right", "left", "join");
    assertThat(topology.index("left")).isEqualTo(2);
    assertThat(topology.level("join")).as("the longest path counts").isEqualTo(2);
  }

  @Test
  void keepsPredecessorsAndSuccessorsInTheOrderOfTheEdges() {
    Topology topology = Topology.of(DIAMOND);
    assertThat(topology.predecessors("join")).containsExactly("right", "left", "start");
    assertThat(topology.successors("start")).containsExactly("left", "right", "join");
    assertThat(topology.roots()).extracting(Node::id).containsExactly("start");
    assertThat(topology.leaves()).extracting(Node::id).containsExactly("join");
  }

  @Test
  void isWideWithSeveralRootsOrABranch() {
    assertThat(Topology.of(DIAMOND).isWide()).isTrue();
    assertThat(Topology.of(Pipelines.of(List.of("a", "b"), List.of())).isWide()).isTrue();
    assertThat(Topology.of(Pipelines.of(List.of("a", "b"), List.of(new Edge("a", "b")))).isWide())
        .isFalse();
  }

  @Test
  void refusesACycleAndAnUnknownNode() {
    Pipeline cycle =
        Pipelines.of(List.of("a", "b"), List.of(new Edge("a", "b"), new Edge("b", "a")));
    assertThatThrownBy(() -> Topology.of(cycle)).hasMessageContaining("form a cycle");
    assertThatThrownBy(() -> Topology.of(DIAMOND).level("x")).hasMessageContaining("no node \"x\"");
  }

  @Test
  void changesTheFingerprintsOfAnEditedNodeAndOfAllAfterIt() {
    Topology topology = Topology.of(DIAMOND);
    Map<String, String> before = topology.fingerprints(Node::config);
    ObjectNode edited = JsonNodeFactory.instance.objectNode().put("selector", "h2");
    Map<String, String> after =
        topology.fingerprints(node -> node.id().equals("left") ? edited : node.config());
    assertThat(before.keySet()).containsExactly("start", "right", "left", "join");
    assertThat(after.get("start")).isEqualTo(before.get("start"));
    assertThat(after.get("right")).isEqualTo(before.get("right"));
    assertThat(after.get("left")).isNotEqualTo(before.get("left"));
    assertThat(after.get("join")).isNotEqualTo(before.get("join"));
  }

  @Test
  void givesTheSameFingerprintWhateverTheOrderOfTheKeys() {
    Pipeline one = Pipelines.of(List.of("a"), List.of());
    ObjectNode ab = JsonNodeFactory.instance.objectNode().put("a", 1).put("b", 2);
    ObjectNode ba = JsonNodeFactory.instance.objectNode().put("b", 2).put("a", 1);
    Topology topology = Topology.of(one);
    assertThat(topology.fingerprints(n -> ab)).isEqualTo(topology.fingerprints(n -> ba));
  }

  @Test
  void keepsItsFingerprintsFromOneReleaseToTheNext() {
    // stored results are found by them: a change here makes every one of them stale
    Pipeline one = Pipelines.of(List.of("a"), List.of());
    assertThat(Topology.of(one).fingerprints(Node::config))
        .containsExactly(
            Map.entry("a", "c5fa3ef9a30a486d9580f70798f4fad5b50b369cdc3fdb9fd0608642d952892f"));
  }

  @Property
  void putsEveryNodeAfterItsPredecessors(@ForAll long seed) {
    Pipeline pipeline = Pipelines.random(seed);
    Topology topology = Topology.of(pipeline);
    assertThat(topology.nodes()).containsExactlyInAnyOrderElementsOf(pipeline.nodes());
    for (Edge edge : pipeline.edges()) {
      assertThat(topology.index(edge.from())).isLessThan(topology.index(edge.to()));
      assertThat(topology.level(edge.from())).isLessThan(topology.level(edge.to()));
    }
    for (Node node : pipeline.nodes()) {
      int longest =
          topology.predecessors(node.id()).stream().mapToInt(topology::level).max().orElse(-1);
      assertThat(topology.level(node.id())).isEqualTo(longest + 1);
    }
  }
}
