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
 * happens to its servers: half of its items come before that, half while or after it happens. Where
 * several things happen, as many items come before, between and after them. In the end every item
 * has one result, the receipt adds up and the doctor finds nothing.
 */
final class DisturbedRun {
  private static final Duration LONGEST = Duration.ofSeconds(60);

  private final RunId id = new RunId("run");
  private final int items;
  private final ChainServices services = new ChainServices();
  private final CollectedResults sink = new CollectedResults();
  private final List<Disturbance> disturbances;
  private final List<CountDownLatch> disturbed;

  private DisturbedRun(int items, List<Disturbance> disturbances) {
    this.items = items;
    this.disturbances = disturbances;
    this.disturbed = disturbances.stream().map(_ -> new CountDownLatch(1)).toList();
  }

  /** What happens, and returns as soon as it has begun. */
  @FunctionalInterface
  interface Disturbance {
    void happen() throws Exception;
  }

  /**
   * What a run left.
   *
   * @param results the items of all results that the queue holds, in their order
   * @param read the items of all results as the reader got them while the run went on
   */
  record Played(List<String> results, List<String> read) {}

  /** The items of all results that the queue holds, in their order. */
  static List<String> of(RedisSettings settings, int items, Disturbance disturbance)
      throws Exception {
    return of(settings, items, "", disturbance).results();
  }

  /** Likewise, with more lines for the table of the execution. */
  static Played of(RedisSettings settings, int items, String execution, Disturbance... disturbances)
      throws Exception {
    return new DisturbedRun(items, List.of(disturbances)).play(settings, execution);
  }

  private Played play(RedisSettings settings, String execution) throws Exception {
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
      for (int i = 0; i < disturbances.size(); i++) {
        int begun = gate(i) - gate(0) / 2;
        await().atMost(LONGEST).until(() -> run.isDone() || services.measured().size() > begun);
        disturbances.get(i).happen();
        disturbed.get(i).countDown();
      }
      RunStatus status = run.get(LONGEST.toSeconds(), TimeUnit.SECONDS);
      assertThat(status.state()).isEqualTo(RunStatus.State.FINISHED);
      assertThat(status.submitted()).isEqualTo(items);
      assertThat(status.done()).isEqualTo(items);
      return ended(settings, queue);
    }
  }

  private Played ended(RedisSettings settings, RedisWorkQueue queue) throws InterruptedException {
    List<String> results = new NoopRun(id, "run").results(queue);
    List<String> read = sink.results.stream().map(Result::item).toList();
    assertThat(results).hasSize(items).doesNotHaveDuplicates();
    assertThat(read).containsAll(results);
    assertThat(queue.ledger().receipt(id).discrepancies()).isEmpty();
    assertThat(Checkup.of(settings, false).violations()).isEmpty();
    return new Played(results, read);
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

  /** The item that comes only when something has happened. */
  private int gate(int disturbance) {
    return items * (disturbance + 1) / (disturbed.size() + 1);
  }

  private Iterator<JsonNode> inputs() {
    return IntStream.range(0, items).mapToObj(this::input).iterator();
  }

  private JsonNode input(int i) {
    for (int gate = 0; gate < disturbed.size(); gate++) {
      if (i == gate(gate)) {
        try {
          disturbed.get(gate).await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }
    return JsonNodeFactory.instance.stringNode("http://host/" + i);
  }
}
