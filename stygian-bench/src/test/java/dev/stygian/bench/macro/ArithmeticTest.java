package dev.stygian.bench.macro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ArithmeticTest {
  @TempDir private Path folder;

  @Test
  void aLifeCycleIsOnePhaseAfterTheOther() {
    assertThat(QueueRound.cycles(360_000, 240_000)).isCloseTo(144_000, within(1.0));
  }

  @Test
  void allWorkersHaveTheSameNumberOfTasks() {
    assertThat(ScaleCase.limit(8)).isEqualTo(4000);
    assertThat(ScaleCase.tasks(2, 6)).isEqualTo(6000);
    assertThat(ScaleCase.tasks(1, 0.01)).isEqualTo(ScaleCase.WORKERS);
  }

  @Test
  void inputsHaveTheirSizeAndDiffer() {
    List<String> inputs =
        LongStream.of(0, 1, 99_999, 10_000_000).mapToObj(n -> Inputs.input(n).toString()).toList();

    assertThat(inputs).doesNotHaveDuplicates().allMatch(i -> i.length() == Inputs.BYTES);
    assertThat(Inputs.result().json()).hasSize(Inputs.BYTES);
  }

  @Test
  void shapesAreListedPredecessorsFirst() {
    for (Shape shape : Shape.all()) {
      List<String> nodes = shape.steps().stream().map(Shape.Step::node).toList();
      shape
          .steps()
          .forEach(step ->
              assertThat(nodes.subList(0, nodes.indexOf(step.node()))).containsAll(step.after()));
      long ends =
          nodes.stream()
              .filter(node -> shape.steps().stream().noneMatch(s -> s.after().contains(node)))
              .count();
      assertThat(shape.results()).isEqualTo((int) ends);
    }
  }

  @Test
  void whatIsDueIsSentOnceAndInOrder() throws InterruptedException {
    long[] due = new long[1000];
    List<Integer> sent = new java.util.ArrayList<>();

    OpenLoop.run(
        due,
        1e6,
        64,
        (first, end) -> {
          assertThat(end - first).isBetween(1, 64);
          for (int i = first; i < end; i++) {
            sent.add(i);
          }
        });

    assertThat(sent).hasSize(due.length).isSorted().doesNotHaveDuplicates();
    assertThat(due[999] - due[0]).isEqualTo(999_000);
  }

  @Test
  void canonicalOutputKnowsNoOrderAndNoHost() throws Exception {
    Path one = lines("http://127.0.0.1:1/a.html", "http://127.0.0.1:1/b.html");
    Path other = lines("http://127.0.0.1:2/b.html", "http://127.0.0.1:2/a.html");

    assertThat(Canonical.sha256(one, 2)).isEqualTo(Canonical.sha256(other, 2)).hasSize(64);
    assertThatThrownBy(() -> Canonical.sha256(one, 3)).hasMessageContaining("2 pages of 3");
    Path twice = lines("http://h/a.html", "http://h/a.html");
    assertThatThrownBy(() -> Canonical.sha256(twice, 2)).hasMessageContaining("twice");
  }

  private Path lines(String... urls) throws Exception {
    Path file = Files.createTempFile(folder, "out", ".jsonl");
    Files.write(
        file,
        List.of(urls).stream()
            .map(url ->
                "{\"item\":\"" + url + "\",\"output\":{\"title\":\"T\",\"h1\":null,\"links\":3}}")
            .toList());
    return file;
  }
}
