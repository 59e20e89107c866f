package dev.stygian.graph.engine;

import dev.stygian.graph.queue.LocalWorkQueue;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.service.ServiceRegistry;
import java.util.Iterator;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * Executes pipelines in this process alone, on a queue in its memory: the same engine as {@link
 * DistributedDagExecutor}, without a server. Thread-safe.
 */
public final class DagExecutor implements AutoCloseable {
  private final LocalWorkQueue queue = new LocalWorkQueue();
  private final DistributedDagExecutor engine;

  /** An executor that runs {@code workers} tasks at once. */
  public DagExecutor(ServiceRegistry registry, int workers) {
    this.engine = new DistributedDagExecutor(queue, registry, workers);
  }

  /** See {@link DistributedDagExecutor#executeWave(String, List, ServiceRegistry)}. */
  public List<TaskOutcome> executeWave(
      String pipelineId, List<WaveTask> tasks, ServiceRegistry services)
      throws InterruptedException {
    return engine.executeWave(pipelineId, tasks, services);
  }

  /** See {@link DistributedDagExecutor#run}. */
  public RunStatus run(
      RunId run, RunDefinition definition, Iterator<JsonNode> inputs, ResultSink.Opener sink)
      throws InterruptedException {
    return engine.run(run, definition, inputs, "local", sink);
  }

  @Override
  public void close() {
    queue.close();
  }
}
