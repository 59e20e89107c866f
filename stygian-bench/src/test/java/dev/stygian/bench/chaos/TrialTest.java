package dev.stygian.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stygian.graph.pipeline.Pipeline;
import dev.stygian.graph.pipeline.PipelineParser;
import dev.stygian.graph.service.ServiceRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class TrialTest {
  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init") // set before each test
  TrialTest() {}

  @ParameterizedTest
  @EnumSource
  void isFoundByItsName(Trial trial) {
    assertThat(Trial.of(trial.text())).isEqualTo(trial);
    assertThat(Plans.of(trial).command()).contains("--trial " + trial.text());
  }

  @Test
  void anUnknownNameIsRefusedWithThoseThatThereAre() {
    assertThatThrownBy(() -> Trial.of("shrinking"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("there is no trial \"shrinking\"; there are fixed, growing");
  }

  /** The counters of each node are planned, and no others. */
  @ParameterizedTest
  @EnumSource
  void isAPipelineWhoseNodesAreAllPlanned(Trial trial) throws Exception {
    Path file = Files.writeString(folder.resolve("chaos.toml"), trial.toml(folder, 100));
    try (ServiceRegistry registry = ServiceRegistry.defaultWithEnv()) {
      Pipeline pipeline =
          new PipelineParser(registry.schemas(), registry::canonical, registry::fansOut)
              .parse(file);

      assertThat(pipeline.nodes())
          .extracting(node -> node.id())
          .containsExactlyInAnyOrderElementsOf(trial.planned(100).nodes().keySet());
    }
  }
}
