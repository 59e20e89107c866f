package dev.stygian.graph.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class CycleSearchTest {
  private static List<CycleSearch.Cycle> cycles(List<String> nodes, Set<Edge> edges) {
    return CycleSearch.cycles(nodes, edges);
  }

  @Property
  void findsACycleExactlyWhereNoTopologicalOrderExists(@ForAll long seed) {
    Random random = new Random(seed);
    List<String> nodes = IntStream.range(0, 1 + random.nextInt(8)).mapToObj(i -> "n" + i).toList();
    Set<Edge> edges = new LinkedHashSet<>();
    for (int i = random.nextInt(12); i > 0; i--) {
      edges.add(
          new Edge(
              nodes.get(random.nextInt(nodes.size())), nodes.get(random.nextInt(nodes.size()))));
    }
    assertThat(cycles(nodes, edges).isEmpty()).isEqualTo(hasTopologicalOrder(nodes, edges));
    assertThat(cycles(nodes, edges)).doesNotHaveDuplicates().allMatch(c -> isCycle(c, edges));
  }

  @Property
  void leavesNoCycleOnceTheClosingEdgesAreGone(@ForAll long seed) {
    Random random = new Random(seed);
    List<String> nodes = List.of("a", "b", "c", "d", "e");
    Set<Edge> edges = new LinkedHashSet<>();
    for (int i = 0; i < 10; i++) {
      edges.add(new Edge(nodes.get(random.nextInt(5)), nodes.get(random.nextInt(5))));
    }
    cycles(nodes, edges).forEach(c -> edges.remove(c.closing()));
    assertThat(hasTopologicalOrder(nodes, edges)).isTrue();
  }

  @Test
  void startsACycleAtTheNodeThatStandsFirstInTheFile() {
    List<CycleSearch.Cycle> found =
        cycles(
            List.of("in", "b", "a"),
            new LinkedHashSet<>(
                List.of(new Edge("in", "a"), new Edge("a", "b"), new Edge("b", "a"))));
    assertThat(found).containsExactly(new CycleSearch.Cycle(List.of("b", "a"), new Edge("b", "a")));
  }

  private static boolean isCycle(CycleSearch.Cycle cycle, Set<Edge> edges) {
    List<String> nodes = cycle.nodes();
    return IntStream.range(0, nodes.size())
        .allMatch(i -> edges.contains(new Edge(nodes.get(i), nodes.get((i + 1) % nodes.size()))));
  }

  /** Takes away nodes without predecessors until none is left: another way to the same answer. */
  private static boolean hasTopologicalOrder(List<String> nodes, Set<Edge> edges) {
    List<String> left = new ArrayList<>(nodes);
    while (left.removeIf(
        n -> edges.stream().noneMatch(e -> e.to().equals(n) && left.contains(e.from())))) {}
    return left.isEmpty();
  }
}
