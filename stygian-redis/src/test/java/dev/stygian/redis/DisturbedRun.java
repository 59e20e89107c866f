package dev.stygian.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stygian.graph.engine.CollectedResults;
import dev.stygian.graph.engine.DistributedDagExecutor;
import dev.stygian.graph.engine.RunDefinition;
import dev.stygian.graph.pipeline.PipelineFormat;
import dev.stygian.graph.pipeline.PipelineParser;
import dev.stygian.graph.queue.Result;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.service.ServiceRegistry;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * A run through the engine, with a submitter, a worker and a reader, in whose middle something
 * happens to its servers: half of its items come before that, half while or after it happens.
 */
final class DisturbedRun {
  private static final Duration LONGEST = Duration.ofSeconds(60);

  private final RunId id = new RunId("run");
  private final int items;
  private final ChainServices services = new ChainServices();
  private final CollectedResults sink = new CollectedResults();
  private final CountDownLatch disturbed = new CountDownLatch(1);

  private DisturbedRun(int items) {
    this.items = items;
  }

  /** What happens, and returns as soon as it has begun. */
  @FunctionalInterface
  interface Disturbance {
    void happen() throws Exception;
  }

  /** The items of all results, in the order in which they were read. */
  static List<String> of(RedisSettings settings, int items, Disturbance disturbance)
      throws Exception {
    return new DisturbedRun(items).play(settings, "", disturbance);
  }

  /** Likewise, with more lines for the table of the execution. */
  static List<String> of(
      RedisSettings settings, int items, String execution, Disturbance disturbance)
      throws Exception {
    return new DisturbedRun(items).play(settings, execution, disturbance);
  }

  private List<String> play(RedisSettings settings, String execution, Disturbance disturbance)
      throws Exception {
    ServiceRegistry registry = services.registry("fetch");
    RunDefinition definition =
        RunDefinition.of(
            new PipelineParser(registry.schemas(), registry::canonical, registry::fansOut)
                .parse(pipeline(execution), "run.toml", PipelineFormat.TOML),
            registry,
            false,
            Optional.empty());
    try (RedisWorkQueue queue = RedisWorkQueue.open(settings);
        DistributedDagExecutor executor = new DistributedDagExecutor(queue, registry, 8);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<RunStatus> run =
          threads.submit(() -> executor.run(id, definition, inputs(), "test", committed -> sink));
      await().atMost(LONGEST).until(() -> run.isDone() || services.measured().size() > items / 4);
      disturbance.happen();
      disturbed.countDown();
      RunStatus status = run.get(LONGEST.toSeconds(), TimeUnit.SECONDS);
      assertThat(status.state()).isEqualTo(RunStatus.State.FINISHED);
      assertThat(status.submitted()).isEqualTo(items);
      assertThat(status.done()).isEqualTo(items);
    }
    return sink.results.stream().map(Result::item).toList();
  }

  private static String pipeline(String execution) {
    return """
    [execution]
    visibility_timeout = "2s"
    max_attempts = 10
    %s

    [[nodes]]
    id = "work"
    service = "fetch"

    [[nodes]]
    id = "measure"
    service = "measure"
    depends_on = ["work"]
    """
        .formatted(execution);
  }

  private Iterator<JsonNode> inputs() {
    return IntStream.range(0, items).mapToObj(this::input).iterator();
  }

  private JsonNode input(int i) {
    if (i == items / 2) {
      try {
        disturbed.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return JsonNodeFactory.instance.stringNode("http://host/" + i);
  }
}
