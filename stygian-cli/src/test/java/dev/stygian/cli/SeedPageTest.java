package dev.stygian.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.engine.DistributedDagExecutor;
import dev.stygian.graph.engine.TaskOutcome;
import dev.stygian.graph.engine.WaveTask;
import dev.stygian.graph.item.Json;
import dev.stygian.graph.item.Payload;
import dev.stygian.graph.queue.IdempotencyKey;
import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.Settled;
import dev.stygian.graph.queue.Task;
import dev.stygian.graph.queue.TaskId;
import dev.stygian.graph.queue.WorkQueue;
import dev.stygian.graph.service.ServiceRegistry;
import dev.stygian.redis.RedisSettings;
import dev.stygian.redis.RedisWorkQueue;
import dev.stygian.redis.embedded.EmbeddedRedis;
import dev.stygian.services.ai.FakeMessagesApi;
import dev.stygian.services.site.SiteServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** The page on distributed execution that this program was ordered from, example by example. */
final class SeedPageTest {
  @TempDir private static Path data;
  private static EmbeddedRedis server;

  @TempDir private Path folder;

  @BeforeAll
  static void startServer() {
    server = EmbeddedRedis.start(data.resolve("redis"));
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  /** "Create a work queue and executor". */
  @Test
  void waveIsExecutedAndItsResultsPrintAsJson() throws Exception {
    String url = server.url(); // the page: redis://localhost:6379
    List<WaveTask> tasks =
        List.of(
            WaveTask.of("fetch", "noop", "https://example.com/item/41"),
            WaveTask.of("fetch", "noop", "https://example.com/item/42"));
    StringBuilder printed = new StringBuilder();

    try (RedisWorkQueue queue = RedisWorkQueue.open(url);
        ServiceRegistry registry = ServiceRegistry.defaultWithEnv()) {
      ServiceRegistry services = registry;

      // 10 workers at once in this process
      try (DistributedDagExecutor executor = new DistributedDagExecutor(queue, registry, 10)) {
        List<TaskOutcome> results = executor.executeWave("pipeline-id-1", tasks, services);

        for (TaskOutcome result : results) {
          printed.append(result.toPrettyJson()).append("\n---\n");
        }
      }
    }

    List<JsonNode> results =
        List.of(printed.toString().split("\n---\n")).stream().map(Json::parse).toList();
    assertThat(results)
        .extracting(r -> r.get("item").asString())
        .containsExactly("https://example.com/item/41", "https://example.com/item/42");
    assertThat(results)
        .allSatisfy(r -> {
          assertThat(r.propertyNames()).containsExactly("item", "node", "attempts", "output");
          assertThat(r.get("node").asString()).isEqualTo("fetch");
          assertThat(r.get("output")).isEqualTo(r.get("item"));
        });
  }

  /** "Work queue operations". */
  @Test
  void workQueueHasThePagesOperations() throws Exception {
    RedisSettings settings = RedisSettings.of(server.url()).withQueueName("operations");
    try (RedisWorkQueue redis = RedisWorkQueue.open(settings)) {
      WorkQueue queue = redis;
      Task task = task("https://example.com/item/42");

      TaskId id = queue.enqueue(task);
      assertThat(id).isEqualTo(task.id());

      Lease first = queue.dequeue().orElseThrow();
      assertThat(first.task().id()).isEqualTo(id);
      assertThat(first.attempt()).isEqualTo(1);
      queue.nack(first, "the site is down");

      Lease second = queue.dequeue().orElseThrow();
      assertThat(second.task().id()).isEqualTo(id);
      assertThat(second.attempt()).isEqualTo(2);
      Payload output = Payload.of(Json.parse("{\"title\": \"Item 42\"}"));
      assertThat(queue.ack(second, output)).isInstanceOf(Settled.Booked.class);
      assertThat(queue.ack(first, output)).isInstanceOf(Settled.LeaseLost.class);

      queue.seal();
      assertThat(queue.dequeue()).isEqualTo(Optional.empty());
    }
  }

  private static Task task(String url) {
    return new Task(
        new TaskId(new RunId("pipeline-1"), "42", "fetch"),
        "http",
        IdempotencyKey.fromInput("pipeline-1", url),
        Payload.of(JsonNodeFactory.instance.stringNode(url)));
  }

  /** "Key already present: return stored result immediately, skip execution". */
  @Test
  void keyThatIsPresentAnswersWithoutExecution() throws Exception {
    WaveTask task =
        new WaveTask(
            "fetch",
            "delay",
            JsonNodeFactory.instance.objectNode().put("duration", "0ms").put("fail_first", 1),
            JsonNodeFactory.instance.stringNode("https://example.com/item/42"));
    try (RedisWorkQueue queue = RedisWorkQueue.open(server.url());
        ServiceRegistry registry = ServiceRegistry.defaultWithEnv();
        DistributedDagExecutor executor = new DistributedDagExecutor(queue, registry, 10)) {
      TaskOutcome executed = executor.executeWave("pipeline-id-2", List.of(task)).getFirst();
      TaskOutcome stored = executor.executeWave("pipeline-id-2", List.of(task)).getFirst();
      TaskOutcome elsewhere = executor.executeWave("pipeline-id-3", List.of(task)).getFirst();

      assertThat(executed.attempts()).isEqualTo(2);
      assertThat(stored.output()).isEqualTo(executed.output());
      assertThat(stored.attempts()).as("it tells of the execution").isEqualTo(2);
      assertThat(elsewhere.attempts()).as("another pipeline's key").isEqualTo(2);
    }
  }

  /** "Deterministic key from pipeline id + input URL": on every machine, in every version. */
  @Test
  void idempotencyKeyIsDeterministic() {
    IdempotencyKey key = IdempotencyKey.fromInput("pipeline-1", "https://example.com/item/42");

    assertThat(key).hasToString("d23c9d24402efe336bdfd0eacae76cc02c1dbe5738d3670f");
  }

  /** "Pipeline config for distributed mode", as it stands on the page. */
  @Test
  void pipelineOfThePageIsValid() throws IOException {
    Cli cli = Cli.in(folder);
    cli.write("seed.toml", pipeline());

    Cli.Ended ended = cli.run("check", "seed.toml", "--explain").withCode(ExitCode.OK);

    assertThat(ended.out())
        .startsWith("seed.toml is valid: pipeline \"seed\", 2 nodes, 1 edge\n")
        .containsPattern("(?m)^mode +distributed +file +seed.toml$")
        .containsPattern("(?m)^queue +redis://localhost:6379 +file +seed.toml$")
        .containsPattern("(?m)^workers +20 +file +seed.toml$");
  }

  @Test
  void pipelineOfThePageRunsFromEndToEnd() throws IOException {
    int pages = 7;
    Cli cli = Cli.in(folder);
    cli.write("seed.toml", pipeline());
    IntStream.range(0, pages)
        .forEach(i -> cli.write("site/" + i + ".html", "<h1>Item " + i + "</h1><p>Text.</p>"));
    try (FakeMessagesApi api = FakeMessagesApi.start();
        SiteServer site = SiteServer.start(folder.resolve("site"))) {
      api.otherwise(request -> FakeMessagesApi.text(title(request.prompt())));
      List<String> urls =
          IntStream.range(0, pages).mapToObj(i -> site.baseUrl() + "" + i + ".html").toList();
      cli.write("urls.txt", String.join("\n", urls));

      try (Program program =
          Program.start(
              folder,
              api.variables(), // a worker's own environment: keys never come from elsewhere
              "run",
              "seed.toml",
              "--input",
              "urls.txt",
              "--queue",
              server.url(),
              "--allow-private")) {
        program.endedWith(ExitCode.OK);

        List<JsonNode> results = program.results();
        assertThat(results)
            .extracting(r -> r.get("item").asString())
            .containsExactlyInAnyOrderElementsOf(urls);
        assertThat(results)
            .allSatisfy(r -> {
              assertThat(r.get("node").asString()).isEqualTo("extract");
              String number = r.get("item").asString().replaceAll(".*/(\\d+)\\.html", "$1");
              assertThat(r.get("output").toString()).contains("Item " + number);
            });
        assertThat(api.requests()).hasSize(pages);
        assertThat(program.out() + program.err()).doesNotContain(FakeMessagesApi.KEY);
      }
    }
  }

  /** What a model would find on the page. */
  private static String title(String prompt) {
    String title = prompt.lines().filter(l -> l.contains("Item ")).findFirst().orElseThrow();
    return "{\"title\": \"" + title.replaceAll("[^A-Za-z0-9 ]", "").strip() + "\"}";
  }

  private static String pipeline() throws IOException {
    try (InputStream in = SeedPageTest.class.getResourceAsStream("seed.toml")) {
      if (in == null) {
        throw new IllegalStateException("the page's pipeline is a resource of the tests");
      }
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
