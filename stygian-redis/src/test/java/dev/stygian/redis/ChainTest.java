package dev.stygian.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.engine.CollectedResults;
import dev.stygian.graph.engine.DistributedDagExecutor;
import dev.stygian.graph.engine.RunDefinition;
import dev.stygian.graph.engine.Submitter;
import dev.stygian.graph.pipeline.PipelineFormat;
import dev.stygian.graph.pipeline.PipelineParser;
import dev.stygian.graph.queue.Result;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.service.ServiceRegistry;
import dev.stygian.redis.embedded.EmbeddedRedis;
import dev.stygian.redis.embedded.ServerBinary;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** What of a chain of two nodes passes through the server, and what a crash between them costs. */
final class ChainTest {
  private static final int ITEMS = 20;

  @TempDir static Path folder;

  private static EmbeddedRedis server;

  @BeforeAll
  static void startServer() {
    server = EmbeddedRedis.start(ServerBinary.carried(), folder, List.of("--save", ""));
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Test
  void thePagesOfAChainDoNotPassThroughTheServer() throws Exception {
    long pages = (long) ITEMS * ChainServices.PAGE_CHARACTERS;

    assertThat(bytesOfARun("direct", false)).isLessThan(pages / 5);
    assertThat(bytesOfARun("checkpoint", true)).isGreaterThan(pages);
  }

  private static long bytesOfARun(String queueName, boolean checkpoint) throws Exception {
    ChainServices services = new ChainServices();
    ServiceRegistry registry = services.registry("page");
    long before = bytesThroughServer();
    try (RedisWorkQueue queue = open(queueName)) {
      List<Result> results = run(queue, registry, definition(registry, "page", checkpoint), ITEMS);
      assertThat(results).hasSize(ITEMS);
      assertThat(services.fetched()).hasSize(ITEMS);
      return bytesThroughServer() - before;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "page,    false, 1", // back to the last checkpoint: the start
    "page,    true,  0",
    "ai_page, false, 0", // what a model answered is always written first
  })
  void aWorkerKilledBetweenTheNodesOfAChainCostsWhatTheLastCheckpointSays(
      String first, boolean checkpoint, int fetchedAgain) throws Exception {
    String queueName = "killed " + first + " " + checkpoint;
    ChainServices services = new ChainServices();
    ServiceRegistry registry = services.registry(first);
    RunDefinition definition = definition(registry, first, checkpoint);
    try (RedisWorkQueue queue = open(queueName)) {
      Submitter.open(queue, new RunId("run"), definition, registry).submitAll(items(1).iterator());
      killBetweenTheNodes(queueName, first);

      List<Result> results = run(queue, registry, definition, 1);

      assertThat(results)
          .singleElement()
          .satisfies(result ->
              assertThat(result.output().decode().asInt())
                  .isEqualTo(ChainServices.PAGE_CHARACTERS));
      assertThat(services.fetched()).hasSize(fetchedAgain);
      assertThat(services.measured()).hasSize(1);
      RunStatus status = queue.ledger().status(new RunId("run"));
      assertThat(status.done()).isEqualTo(1);
      assertThat(status.nodes()).allSatisfy(node -> assertThat(node.done()).isEqualTo(1));
    }
  }

  private static void killBetweenTheNodes(String queueName, String first) throws Exception {
    Process worker =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                ChainWorker.class.getName(),
                server.url(),
                queueName,
                first)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader said = worker.inputReader()) {
      assertThat(said.readLine()).isEqualTo("reached");
    } finally {
      worker.destroyForcibly();
    }
    assertThat(worker.waitFor()).as("killed, not ended").isEqualTo(128 + 9);
  }

  private static RedisWorkQueue open(String queueName) {
    return RedisWorkQueue.open(RedisSettings.of(server.url()).withQueueName(queueName));
  }

  private static RunDefinition definition(
      ServiceRegistry registry, String first, boolean checkpoint) {
    return RunDefinition.of(
        new PipelineParser(registry.schemas(), registry::canonical, registry::fansOut)
            .parse(ChainServices.pipeline(first, checkpoint), "chain.toml", PipelineFormat.TOML),
        registry,
        false,
        Optional.empty());
  }

  private static List<JsonNode> items(int count) {
    return IntStream.range(0, count)
        .<JsonNode>mapToObj(i -> JsonNodeFactory.instance.stringNode("http://host/" + i))
        .toList();
  }

  private static List<Result> run(
      RedisWorkQueue queue, ServiceRegistry registry, RunDefinition definition, int items)
      throws InterruptedException {
    CollectedResults sink = new CollectedResults();
    try (DistributedDagExecutor executor = new DistributedDagExecutor(queue, registry, 4)) {
      executor.run(
          new RunId("run"), definition, items(items).iterator(), "test", committed -> sink);
    }
    return sink.results;
  }

  /** Bytes that the server has read and written for all of its clients. */
  private static long bytesThroughServer() {
    return Servers.ask(
        server,
        redis ->
            redis
                .info("stats")
                .lines()
                .filter(line -> line.matches("total_net_(in|out)put_bytes:.*"))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1)))
                .sum());
  }
}
