package dev.stygian.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stygian.redis.embedded.EmbeddedRedis;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code worker} as a process, fed by {@code submit}; it knows a URL and nothing else. */
final class WorkerProcessTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  private static final int SLOTS = 4;

  private static final String FETCH =
      """
      id = "fetched"
      allow_private = true
      [politeness]
      obey_robots = false
      interval = "0s"
      concurrency = 2
      [[nodes]]
      id = "fetch"
      service = "http"
      """;

  @TempDir private static Path data;
  private static EmbeddedRedis server;

  @TempDir private Path folder;
  @TempDir private Path nothing;
  private Cli cli;
  private String queueName;

  @BeforeAll
  static void startServer() {
    server = EmbeddedRedis.start(data.resolve("redis"));
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void writePipelines(TestInfo test) {
    queueName = test.getDisplayName().replaceAll("[^A-Za-z]", "");
    cli = Cli.in(folder).with("REDIS_URL", server.url()).with("STYGIAN_QUEUE_NAME", queueName);
    cli.write("urls.txt", Pipelines.urls(60));
    cli.write("few.txt", Pipelines.urls(4));
    cli.write("slow.toml", once("100ms"));
    cli.write("held.toml", once("1h"));
  }

  /** Leases of two seconds, so that what a killed worker held comes back soon. */
  private static String once(String time) {
    return "[execution]\nvisibility_timeout = \"2s\"\n"
        + Pipelines.slow(time).replace("id = \"slow\"\n", "");
  }

  private Program worker(String... more) {
    String[] arguments =
        Stream.concat(
                Stream.of("worker", "--queue", server.url(), "--queue-name", queueName),
                Stream.of(more))
            .toArray(String[]::new);
    return Program.start(nothing, arguments);
  }

  private String submitted(String... command) {
    Cli.Ended ended =
        cli.run(Stream.concat(Stream.of("submit"), Stream.of(command)).toArray(String[]::new));
    return ended.withCode(ExitCode.OK).out().strip();
  }

  private JsonNode node(String run) {
    return cli.run("status", run, "--json").withCode(ExitCode.OK).json().at("/nodes/0");
  }

  @Test
  void everyItemIsThereOnceAlthoughAWorkerIsKilled() {
    String run = submitted("slow.toml", "--input", "urls.txt");
    try (Program first = worker("--workers", "2");
        Program second = worker("--workers", "2")) {
      await().atMost(LONG).until(() -> node(run).get("done").asInt() >= 10);
      first.kill();

      assertThat(cli.run("await", run).withCode(ExitCode.OK).err()).contains("60 done");
      cli.run("results", run, "-o", "all.jsonl").withCode(ExitCode.OK);

      second.signal("TERM");
      second.endedWith(ExitCode.OK);
    }
    Program.assertWhole(folder.resolve("all.jsonl"), Pipelines.urls(60).lines().toList());
  }

  /** I11. */
  @Test
  void terminatedWorkerHandsBackWithoutALostAttempt() {
    cli.write(
        "held.toml", once("1h").replace("[nodes.config]", "max_attempts = 1\n[nodes.config]"));
    String run = submitted("held.toml", "--input", "few.txt");
    try (Program worker = worker("--workers", "4", "--grace", "100ms")) {
      await().atMost(LONG).until(() -> node(run).get("leased").asInt() == 4);

      worker.signal("TERM");

      worker.endedWith(ExitCode.OK);
      assertThat(worker.err()).contains("Stopping: finishing what is running, at most 100ms");
    }
    JsonNode node = node(run);
    assertThat(node.get("waiting").asInt()).isEqualTo(4);
    assertThat(node.get("leased").asInt()).isZero();
    assertThat(node.get("dead").asInt()).isZero();
    assertThat(node.get("retries").asInt()).isZero();
  }

  @Test
  void terminatedWorkerFinishesWhatHasBegun() {
    try (GatedSite site = GatedSite.start();
        Program worker = worker("--workers", "2")) {
      cli.write("fetch.toml", FETCH);
      String run =
          submitted(
              Stream.concat(Stream.of("fetch.toml"), site.urls(4).stream()).toArray(String[]::new));
      await().atMost(LONG).until(() -> site.waiting() == 2);

      worker.signal("TERM");
      await().atMost(LONG).until(() -> worker.err().contains("Stopping"));
      site.letAll();

      worker.endedWith(ExitCode.OK);
      JsonNode node = node(run);
      assertThat(node.get("done").asInt()).isEqualTo(2);
      assertThat(node.get("waiting").asInt()).isEqualTo(2);
    }
  }

  @Test
  void interruptedWorkerSaysThatItWas() {
    try (Program worker = worker()) {
      await().atMost(LONG).until(() -> worker.err().contains("working with services"));
      worker.signal("INT");

      worker.endedWith(ExitCode.INTERRUPTED);
      assertThat(worker.out()).isEmpty();
      assertThat(worker.err()).doesNotContain("\tat ");
    }
  }

  @Test
  void oneWorkerServesSeveralQueues() {
    cli.write("plain.toml", Pipelines.NOOP);
    submitted("plain.toml", "--input", "few.txt", "--id", "a", "--queue-name", "first");
    submitted("plain.toml", "--input", "few.txt", "--id", "b", "--queue-name", "second");
    try (Program worker = worker("--queues", "first=3,second=1", "--workers", "4")) {
      cli.run("await", "a", "--queue-name", "first").withCode(ExitCode.OK);
      cli.run("await", "b", "--queue-name", "second").withCode(ExitCode.OK);

      JsonNode first = cli.run("queues", "--queue-name", "first", "--json").json();
      JsonNode second = cli.run("queues", "--queue-name", "second", "--json").json();
      assertThat(first.at("/workers/0/slots").asInt()).isEqualTo(4);
      assertThat(second.at("/workers/0/slots").asInt()).isEqualTo(4);
      assertThat(worker.isAlive()).isTrue();
    }
  }

  /**
   * Whose tasks the first requests were for, of those that a worker makes which finds as much work
   * in two queues as it can take.
   */
  private List<String> starts(String queues, int each, int first) throws IOException {
    cli.write("fetch.toml", FETCH.replace("concurrency = 2", "concurrency = 0"));
    try (HostsSite site = new HostsSite()) {
      for (String name : List.of("first", "second")) {
        String urls =
            IntStream.range(0, each)
                .mapToObj(i -> "http://127.0.0.1:" + site.port() + "/" + name + "/" + i)
                .collect(Collectors.joining("\n"));
        cli.write(name + ".txt", urls);
        submitted(
            "fetch.toml", "--input", name + ".txt", "--id", name, "--queue-name", named(name));
      }
      try (Program worker = worker("--queues", queues, "--workers", String.valueOf(SLOTS))) {
        for (String name : List.of("first", "second")) {
          cli.run("await", name, "--queue-name", named(name)).withCode(ExitCode.OK);
        }
        assertThat(worker.isAlive()).isTrue();
      }
      List<HostsSite.Arrival> all = site.arrivals();
      assertThat(all).hasSize(2 * each);
      return all.subList(0, first).stream().map(start -> start.path().split("/", -1)[1]).toList();
    }
  }

  /** A queue of this test. */
  private String named(String name) {
    return queueName + "-" + name;
  }

  @Test
  void twoQueuesShareAWorkerByTheirWeights() throws IOException {
    List<String> starts = starts(named("first") + "=3," + named("second") + "=1", 300, 240);

    assertThat(starts.subList(40, 240).stream().filter("first"::equals).count())
        .as("of 200 starts three of four, while both have work")
        .isBetween(130L, 170L);
  }

  @Test
  void aQueueWaitsWhileTheOneBeforeItHasWork() throws IOException {
    List<String> starts = starts(named("first") + "," + named("second"), 100, 90);

    assertThat(starts.stream().filter("second"::equals).count())
        .as(
            "of 90 starts, where the first queue has work for 100; as the worker starts, one for"
                + " each slot may come before that is known")
        .isLessThanOrEqualTo(SLOTS);
  }

  @Test
  void workerWaitsForAServerThatIsNotThereYet() {
    EmbeddedRedis later = EmbeddedRedis.start(folder.resolve("later"));
    later.stop();
    try (later;
        Program worker = Program.start(nothing, "worker", "--queue", later.url())) {
      await().atMost(LONG).until(() -> worker.err().contains("does not answer as it should"));
      later.startAgain();

      cli.write("plain.toml", Pipelines.NOOP);
      Cli there = cli.with("REDIS_URL", later.url()).with("STYGIAN_QUEUE_NAME", "default");
      there.run("submit", "plain.toml", "--input", "few.txt", "--id", "late").withCode(ExitCode.OK);
      there.run("await", "late").withCode(ExitCode.OK);
      assertThat(worker.err()).doesNotContain("\tat ");
    }
  }
}
