package dev.stygian.graph.engine;

import dev.stygian.graph.pipeline.Pipeline;
import dev.stygian.graph.pipeline.PipelineFormat;
import dev.stygian.graph.pipeline.PipelineParser;
import dev.stygian.graph.queue.WorkQueue;
import dev.stygian.graph.service.ServiceRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What the engine's contracts share: a queue of its own for each test. */
public abstract class OnQueue {
  WorkQueue queue;

  protected abstract WorkQueue newQueue();

  @BeforeEach
  void openQueue() {
    queue = newQueue();
  }

  @AfterEach
  void closeQueue() {
    queue.close();
  }

  static Pipeline parse(ServiceRegistry registry, String toml) {
    return new PipelineParser(registry.schemas(), registry::canonical)
        .parse(toml, "test.toml", PipelineFormat.TOML);
  }
}
