package dev.stygian.graph.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.pipeline.Pipeline;
import dev.stygian.graph.pipeline.PipelineFormat;
import dev.stygian.graph.pipeline.PipelineParser;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.queue.WorkQueue;
import dev.stygian.graph.service.ServiceRegistry;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import tools.jackson.databind.JsonNode;

/** What the engine's contracts share: a queue of its own for each test. */
public abstract class OnQueue {
  WorkQueue queue;

  protected abstract WorkQueue newQueue();

  @BeforeEach
  void openQueue() {
    queue = newQueue();
  }

  /** Whatever a test does, the books of its runs agree at its end. */
  @AfterEach
  void closeQueue() {
    for (RunId run : queue.ledger().runs()) {
      assertThat(queue.ledger().receipt(run).discrepancies()).as("receipt of %s", run).isEmpty();
    }
    queue.close();
  }

  static Pipeline parse(ServiceRegistry registry, String toml) {
    return new PipelineParser(registry.schemas(), registry::canonical, registry::fansOut)
        .parse(toml, "test.toml", PipelineFormat.TOML);
  }

  /** Runs a pipeline to its end, with workers of this process alone. */
  RunStatus run(
      ServiceRegistry registry,
      String id,
      String toml,
      List<JsonNode> inputs,
      CollectedResults lines,
      WorkerOptions options,
      boolean fresh)
      throws InterruptedException {
    try (DistributedDagExecutor executor = new DistributedDagExecutor(queue, registry, options)) {
      return executor.run(
          new RunId(id),
          RunDefinition.of(parse(registry, toml), registry, fresh, Optional.empty()),
          inputs.iterator(),
          "test",
          committed -> lines);
    }
  }
}
