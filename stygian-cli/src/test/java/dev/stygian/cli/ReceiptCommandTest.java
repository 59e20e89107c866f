package dev.stygian.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.engine.Worker;
import dev.stygian.graph.engine.WorkerOptions;
import dev.stygian.graph.queue.LaneSpec;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunLimits;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.service.ServiceRegistry;
import dev.stygian.redis.RedisSettings;
import dev.stygian.redis.RedisWorkQueue;
import dev.stygian.redis.embedded.EmbeddedRedis;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What {@code stygian receipt} prints, and the code with which it ends. */
final class ReceiptCommandTest {
  private static final String SPLIT =
      """
      [[nodes]]
      id = "orders"
      service = "split"
      [nodes.config]
      field = "orders"
      [[nodes]]
      id = "order"
      service = "noop"
      depends_on = ["orders"]
      """;

  @TempDir private Path folder;
  private EmbeddedRedis server;
  private Cli cli;

  @BeforeEach
  void startServer() {
    server = EmbeddedRedis.start(folder.resolve("redis"));
    cli = Cli.in(folder);
    cli.write("plain.toml", Pipelines.NOOP);
    cli.write("split.toml", SPLIT);
    cli.write("urls.txt", Pipelines.urls(20));
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  private Cli.Ended run(String... command) {
    return cli.run(
        Stream.concat(Stream.of(command), Stream.of("--queue", server.url()))
            .toArray(String[]::new));
  }

  private void work() {
    try (RedisWorkQueue queue = RedisWorkQueue.open(RedisSettings.of(server.url()));
        ServiceRegistry registry = ServiceRegistry.defaultWithEnv();
        Worker worker = Worker.start(queue, registry, WorkerOptions.of(4))) {
      assertThat(run("await", "books").code()).isEqualTo(ExitCode.OK);
      assertThat(worker.failure()).isEmpty();
    }
  }

  private void add(Map<String, Integer> counters) {
    RedisClient client = RedisClient.create(server.url());
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      var redis = connection.sync();
      String number = redis.hget("stygian:{default}:runs", "books");
      counters.forEach((field, by) -> redis.hincrby("stygian:{default}:r:" + number, field, by));
    } finally {
      client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
    }
  }

  @Test
  void everyItemAndEveryTaskIsTold() {
    run("submit", "plain.toml", "--input", "urls.txt", "--id", "books").withCode(ExitCode.OK);
    String before = run("receipt", "books").withCode(ExitCode.OK).out();
    work();

    String people = run("receipt", "books").withCode(ExitCode.OK).out();
    JsonNode json = run("receipt", "books", "--json").withCode(ExitCode.OK).json();

    assertThat(before).containsPattern("time +\\S+Z, running\n").contains(" + 20 in flight\n");
    assertThat(people)
        .contains("items     20 = 20 submitted + 0 emitted\n")
        .contains(
            "ends      20 done + 0 dead + 0 excluded + 0 cancelled + 0 duplicate + 0 over the limit"
                + " + 0 in flight\nit adds up\n")
        .contains(
            """

            node  tasks  done  dead  excluded  cancelled  unfinished
            pass     20    20     0         0          0           0
            """)
        .containsPattern(
            "node +attempts +first +last +emitted +requests .*\npass +20 +\\S+Z +\\S+Z");
    assertThat(json.at("/ends").propertyNames())
        .containsExactly(
            "done", "dead", "excluded", "cancelled", "duplicate", "over_limit", "in_flight");
    assertThat(before + people).doesNotContain("input ");
    assertThat(json.get("input_closed").asBoolean()).isTrue();
    assertThat(json.at("/nodes/0/tasks").asInt()).isEqualTo(20);
    assertThat(json.at("/nodes/0/attempts").asInt()).isEqualTo(20);
    assertThat(Instant.parse(json.at("/nodes/0/last").asString()))
        .isBetween(
            Instant.parse(json.at("/nodes/0/first").asString()),
            Instant.parse(json.at("/finished").asString()));
    assertThat(json.get("last")).isEqualTo(json.at("/nodes/0/last"));
  }

  @Test
  void inputThatIsOpenIsToldAndAddsUp() throws Exception {
    RunId run = new RunId("books");
    try (RedisWorkQueue queue = RedisWorkQueue.open(RedisSettings.of(server.url()))) {
      LaneSpec lane = new LaneSpec("pass", "noop", 0, List.of(), 3);
      queue.open(
          new RunSpec(run, "plain", "definition", List.of(lane), 1, false, RunLimits.defaults()));
      String people = run("receipt", "books").withCode(ExitCode.OK).out();
      JsonNode json = run("receipt", "books", "--json").withCode(ExitCode.OK).json();

      assertThat(people)
          .contains(
              """
              items     0 = 0 submitted + 0 emitted
              input     open: what is not submitted yet, or not again after a failover, is missing \
              in these sums
              """)
          .contains("\nit adds up\n");
      assertThat(json.get("input_closed").asBoolean(true)).isFalse();
      assertThat(json.get("reconciles").asBoolean()).isTrue();

      queue.closeInput(run);
      assertThat(run("receipt", "books").withCode(ExitCode.OK).out()).doesNotContain("input ");
    }
  }

  @Test
  void whatDoesNotAddUpIsNamedAndTheCodeSaysSo() {
    run("submit", "plain.toml", "--input", "urls.txt", "--id", "books").withCode(ExitCode.OK);
    work();
    add(Map.of("n0", 1));

    String people = run("receipt", "books").withCode(ExitCode.INCOMPLETE).out();
    JsonNode json = run("receipt", "books", "--json").withCode(ExitCode.INCOMPLETE).json();
    String doctor = run("doctor").withCode(ExitCode.INCOMPLETE).out();

    String wrong = "node \"pass\": 20 tasks came to it, and 21 have ended or are unfinished";
    assertThat(people).contains("it does not add up:\n  " + wrong + "\n");
    assertThat(json.get("reconciles").asBoolean()).isFalse();
    assertThat(json.at("/discrepancies/0").asString()).isEqualTo(wrong);
    assertThat(doctor).contains(wrong);
  }

  @Test
  void partsOfAnItemAreAmongItsItems() {
    cli.write("shops.jsonl", "{\"orders\": [7, 8, 9]}\n");
    run("submit", "split.toml", "--input", "shops.jsonl", "--id", "books").withCode(ExitCode.OK);
    work();

    JsonNode json = run("receipt", "books", "--json").withCode(ExitCode.OK).json();

    assertThat(json.at("/items").asInt()).isEqualTo(4);
    assertThat(json.at("/emitted").asInt()).isEqualTo(3);
    assertThat(json.at("/nodes/0/emitted").asInt()).isEqualTo(3);
    assertThat(json.at("/nodes/0/tasks").asInt()).isEqualTo(1);
    assertThat(json.at("/nodes/1/tasks").asInt()).isEqualTo(3);
    assertThat(json.at("/ends/done").asInt()).isEqualTo(4);
  }
}
