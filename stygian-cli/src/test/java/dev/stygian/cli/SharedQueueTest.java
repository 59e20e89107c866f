package dev.stygian.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.engine.Worker;
import dev.stygian.graph.engine.WorkerOptions;
import dev.stygian.graph.item.Json;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.Visit;
import dev.stygian.graph.service.ServiceRegistry;
import dev.stygian.redis.RedisSettings;
import dev.stygian.redis.RedisWorkQueue;
import dev.stygian.redis.embedded.EmbeddedRedis;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The commands that speak to a queue about runs; every test has a queue of its own. */
final class SharedQueueTest {
  private static final String DYING =
      """
      id = "dying"
      [[nodes]]
      id = "wait"
      service = "delay"
      max_attempts = 1
      [nodes.config]
      duration = "0ms"
      fail_first = 1
      """;

  @TempDir private static Path data;
  private static EmbeddedRedis server;

  @TempDir private Path folder;
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
    cli = Cli.in(folder).with("STYGIAN_QUEUE_NAME", queueName);
    cli.write("plain.toml", Pipelines.NOOP);
    cli.write("dying.toml", DYING);
    cli.write("urls.txt", Pipelines.urls(20));
  }

  private Cli.Ended run(String... command) {
    return cli.run(
        Stream.concat(Stream.of(command), Stream.of("--queue", server.url()))
            .toArray(String[]::new));
  }

  /** Works until the run is over, as {@code stygian worker} does. */
  private void work(String run) {
    RedisSettings settings = RedisSettings.of(server.url()).withQueueName(queueName);
    try (RedisWorkQueue queue = RedisWorkQueue.open(settings);
        ServiceRegistry registry = ServiceRegistry.defaultWithEnv();
        Worker worker = Worker.start(queue, registry, WorkerOptions.of(4))) {
      assertThat(run("await", run).code()).isIn(ExitCode.OK, ExitCode.INCOMPLETE);
      assertThat(worker.failure()).isEmpty();
    }
  }

  private String submitted(String... command) {
    Cli.Ended ended =
        run(Stream.concat(Stream.of("submit"), Stream.of(command)).toArray(String[]::new));
    return ended.withCode(ExitCode.OK).out().strip();
  }

  @Test
  void submitPrintsTheIdAndNothingElse() {
    Cli.Ended ended = run("submit", "plain.toml", "--input", "urls.txt").withCode(ExitCode.OK);

    assertThat(ended.out()).matches("plain-\\d{8}-\\d{6}-[0-9a-f]{4}\n");
    assertThat(ended.err()).isEqualTo("submitted 20 items\n");
  }

  @Test
  void submitTakesAnId() {
    assertThat(submitted("plain.toml", "https://a.example", "--id", "my run: 1"))
        .isEqualTo("my run: 1");
    assertThat(run("status", "my run: 1", "--json").json().get("submitted").asInt()).isEqualTo(1);
  }

  @Test
  void submissionThatIsRepeatedAddsNothing() {
    submitted("plain.toml", "--input", "urls.txt", "--id", "twice");
    submitted("plain.toml", "--input", "urls.txt", "--id", "twice");

    assertThat(run("status", "twice", "--json").json().get("submitted").asInt()).isEqualTo(20);
  }

  @Test
  void submitRefusesAServedFolder() {
    Pipelines.writeSite(cli);

    Cli.Ended ended = run("submit", "site.toml").withCode(ExitCode.USAGE);

    assertThat(ended.onlyError()).contains("[input] serve").contains("stygian run");
  }

  @Test
  void statusHasTheDocumentedFieldsAndAddsUp() {
    String id = submitted("plain.toml", "--input", "urls.txt");

    JsonNode status = run("status", id, "--json").withCode(ExitCode.OK).json();

    assertThat(status.propertyNames())
        .contains(
            "run",
            "pipeline",
            "state",
            "input_closed",
            "submitted",
            "done",
            "dead",
            "cancelled",
            "in_flight",
            "nodes",
            "missing_services",
            "started",
            "finished");
    assertThat(status.get("run").asString()).isEqualTo(id);
    assertThat(status.get("pipeline").asString()).isEqualTo("plain");
    assertThat(status.get("state").asString()).isEqualTo("running");
    assertThat(status.get("submitted").asInt()).isEqualTo(20);
    assertThat(status.get("in_flight").asInt()).isEqualTo(20);
    assertThat(status.get("finished").isNull()).isTrue();
    assertThat(status.get("missing_services").toString()).isEqualTo("[\"noop\"]");
    assertThat(status.at("/nodes/0/node").asString()).isEqualTo("pass");
    assertThat(status.at("/nodes/0/waiting").asInt()).isEqualTo(20);
  }

  @Test
  void statusForPeopleNamesWhatIsMissing() {
    String id = submitted("plain.toml", "--input", "urls.txt");

    Cli.Ended status = run("status", id).withCode(ExitCode.OK);

    assertThat(status.err()).isEmpty();
    assertThat(status.out())
        .contains(id)
        .contains("20 submitted = 0 done + 0 dead + 0 cancelled + 20 in flight")
        .contains("no live worker offers noop");
  }

  @Test
  void awaitEndsWithTheRunAndItsExitCode() {
    String good = submitted("plain.toml", "--input", "urls.txt");
    String bad = submitted("dying.toml", "--input", "urls.txt");
    work(good);
    work(bad);

    Cli.Ended ended = run("await", good).withCode(ExitCode.OK);
    Cli.Ended json = run("await", bad, "--json").withCode(ExitCode.INCOMPLETE);

    assertThat(ended.out()).isEmpty();
    assertThat(ended.err()).contains("finished").contains("20 submitted = 20 done");
    assertThat(json.err()).isEmpty();
    assertThat(json.json().get("state").asString()).isEqualTo("finished");
    assertThat(json.json().get("dead").asInt()).isEqualTo(20);
    assertThat(json.json()).isEqualTo(run("status", bad, "--json").json());
  }

  @Test
  void resultsGoToStandardOutputEachTime() {
    String id = submitted("plain.toml", "--input", "urls.txt");
    assertThat(run("results", id).withCode(ExitCode.OK).all()).isEmpty();
    work(id);

    for (int i = 0; i < 2; i++) {
      Cli.Ended ended = run("results", id).withCode(ExitCode.OK);
      assertThat(ended.results()).hasSize(20).allMatch(r -> r.get("run").asString().equals(id));
      assertThat(ended.err()).isEmpty();
    }
    assertThat(run("results", id, "--follow").withCode(ExitCode.OK).results()).hasSize(20);
    assertThat(run("results", id).withCode(ExitCode.OK).results()).hasSize(20);
  }

  @Test
  void resultsGoToAFileOnce() {
    String id = submitted("plain.toml", "--input", "urls.txt");
    work(id);

    run("results", id, "-o", "all.jsonl").withCode(ExitCode.OK);
    run("results", id, "-o", "all.jsonl").withCode(ExitCode.OK);
    run("results", id, "-o", "all.csv", "--follow").withCode(ExitCode.OK);

    assertThat(cli.results("all.jsonl")).hasSize(20).doesNotHaveDuplicates();
    assertThat(cli.read("all.csv").lines()).hasSize(21);
  }

  @Test
  void resultsSayWhereTheyWent() {
    String id = submitted("plain.toml", "--input", "urls.txt");
    work(id);

    Cli.Ended ended = run("results", id, "-o", "all.jsonl").withCode(ExitCode.OK);

    assertThat(ended.out()).isEmpty();
    assertThat(ended.err()).isEqualTo("results are in " + folder.resolve("all.jsonl") + "\n");
  }

  @Test
  void resultsFileThatWasChangedIsNotTouched() {
    String id = submitted("plain.toml", "--input", "urls.txt");
    work(id);
    run("results", id, "-o", "all.jsonl").withCode(ExitCode.OK);
    cli.write("all.jsonl", "mine\n");

    String error =
        run("results", id, "-o", "all.jsonl").withCode(ExitCode.INFRASTRUCTURE).onlyError();

    assertThat(error).contains("all.jsonl").contains("name another file");
    assertThat(cli.read("all.jsonl")).isEqualTo("mine\n");
  }

  @Test
  void cancelEndsARunAndAwaitSaysSo() {
    String id = submitted("plain.toml", "--input", "urls.txt");

    Cli.Ended ended = run("cancel", id).withCode(ExitCode.OK);

    assertThat(ended.out()).isEmpty();
    assertThat(ended.err()).isEqualTo("cancelled " + id + "\n");
    JsonNode status = run("await", id, "--json").withCode(ExitCode.INCOMPLETE).json();
    assertThat(status.get("state").asString()).isEqualTo("cancelled");
    assertThat(status.get("cancelled").asInt()).isEqualTo(20);
    assertThat(status.get("in_flight").asInt()).isZero();
    assertThat(run("cancel", id, "--json").json().get("state").asString()).isEqualTo("cancelled");
  }

  @Test
  void pausedRunWaitsUntilItIsResumed() {
    String id = submitted("plain.toml", "--input", "urls.txt");

    run("pause", id).withCode(ExitCode.OK);
    assertThat(run("status", id, "--json").json().get("state").asString()).isEqualTo("paused");
    JsonNode resumed = run("resume", id, "--json").withCode(ExitCode.OK).json();

    assertThat(resumed.get("state").asString()).isEqualTo("running");
    work(id);
    assertThat(run("await", id).code()).isEqualTo(ExitCode.OK);
  }

  @Test
  void deadLettersAreListedShownReplayedAndDropped() {
    String id = submitted("dying.toml", "https://a.example", "https://b.example");
    work(id);

    List<JsonNode> letters = run("dead", "list", id, "--json").withCode(ExitCode.OK).results();
    assertThat(letters).hasSize(2);
    JsonNode letter = letters.getFirst();
    assertThat(letter.propertyNames())
        .containsExactly(
            "run", "id", "node", "service", "item", "attempts", "errors", "died", "excluded");
    assertThat(letter.get("excluded").asBoolean(true)).isFalse();
    assertThat(letter.get("item").asString()).startsWith("https://");
    assertThat(letter.at("/errors/0/message").asString()).contains("fail_first");

    String letterId = letter.get("id").asString();
    assertThat(run("dead", "list", id).out()).contains("wait").contains("https://b.example");
    assertThat(run("dead", "show", id, letterId).withCode(ExitCode.OK).out())
        .contains("attempt 1")
        .contains("fail_first");
    assertThat(run("dead", "show", id, letterId, "--json").json()).isEqualTo(letter);
    assertThat(run("dead", "replay", id, letterId).withCode(ExitCode.OK).err())
        .isEqualTo("1 put back to work\n");
    assertThat(run("dead", "list", id, "--json").results()).hasSize(1);
    assertThat(run("dead", "drop", id, "--all").withCode(ExitCode.OK).err())
        .isEqualTo("1 dropped\n");
    assertThat(run("dead", "list", id).withCode(ExitCode.OK).out()).isEmpty();
    assertThat(run("dead", "list", id, "--json").withCode(ExitCode.OK).out()).isEmpty();
  }

  @Test
  void deadLettersMustBeNamed() {
    String id = submitted("dying.toml", "https://a.example");
    work(id);

    assertThat(run("dead", "replay", id).withCode(ExitCode.USAGE).onlyError()).contains("--all");
    assertThat(run("dead", "drop", id, "0", "--all").withCode(ExitCode.USAGE).onlyError())
        .contains("--all");
    assertThat(run("dead", "show", id, "77").withCode(ExitCode.USAGE).onlyError())
        .contains("\"77\"")
        .contains("stygian dead list");
    assertThat(run("dead", "replay", id, "77").withCode(ExitCode.USAGE).onlyError()).contains("77");
  }

  @Test
  void queuesShowsRunsAndWorkers() {
    assertThat(run("queues").withCode(ExitCode.OK).out())
        .isEqualTo("queue " + queueName + ": 0 runs, 0 live workers\n");
    String id = submitted("plain.toml", "--input", "urls.txt");

    Cli.Ended people = run("queues").withCode(ExitCode.OK);
    JsonNode json = run("queues", "--json").withCode(ExitCode.OK).json();

    assertThat(people.out()).contains(id).contains("1 run, 0 live workers");
    assertThat(json.propertyNames()).containsExactly("queue", "runs", "workers", "caps");
    assertThat(json.get("queue").asString()).isEqualTo(queueName);
    assertThat(json.at("/runs/0/run").asString()).isEqualTo(id);
  }

  @Test
  void hostsShowsWhatWasDoneToEach() throws InterruptedException {
    String id = submitted("plain.toml", "https://a.example");
    Cli.Ended none = run("hosts", id).withCode(ExitCode.OK);
    assertThat(none.out()).isEmpty();
    assertThat(none.err()).isEqualTo("no host was visited in " + id + "\n");
    visit(id);

    Cli.Ended people = run("hosts", id).withCode(ExitCode.OK);
    JsonNode json = run("hosts", id, "--json").withCode(ExitCode.OK).json();

    assertThat(people.out())
        .startsWith(
            """
            host       requests  bytes   failures  asked for fewer  smallest gap  most at once  waits
            a.example         2  2.0 KB         0                1  \
            """)
        .contains(
            "\n"
                + "b.example         1  0 B            1                0  -                       "
                + " 0      0\n");
    assertThat(json.propertyNames()).containsExactly("run", "hosts");
    assertThat(json.get("run").asString()).isEqualTo(id);
    assertThat(json.at("/hosts/0/smallest_gap_millis").asInt()).isBetween(248, 252);
    assertThat(json.at("/hosts/1"))
        .isEqualTo(
            Json.parse(
                """
                {"host": "b.example", "requests": 1, "bytes": 0, "failures": 1, "asked_for_fewer": 0,
                 "smallest_gap_millis": null, "most_at_once": 0, "waits": 0}
                """));
  }

  @Test
  void receiptShowsWhatWasSpent() throws InterruptedException {
    String id = submitted("plain.toml", "https://a.example");
    assertThat(run("receipt", id).withCode(ExitCode.OK).out()).doesNotContain("spent");
    visit(id);

    String people = run("receipt", id).withCode(ExitCode.OK).out();
    JsonNode json = run("receipt", id, "--json").withCode(ExitCode.OK).json();

    assertThat(people).contains("spent     3 requests, 2.0 KB\n");
    JsonNode spent =
        Json.parse(
            """
            {"requests": 3, "bytes": 2048, "input_tokens": 0, "output_tokens": 0, "cost": 0}
            """);
    assertThat(json.get("spent")).isEqualTo(spent);
    assertThat(json.at("/nodes/0/node").asString()).isEqualTo("pass");
    assertThat(json.at("/nodes/0/bytes").asInt()).isEqualTo(2048);
  }

  private void visit(String run) throws InterruptedException {
    RedisSettings settings = RedisSettings.of(server.url()).withQueueName(queueName);
    long now = System.nanoTime();
    try (RedisWorkQueue queue = RedisWorkQueue.open(settings)) {
      queue.visited(
          List.of(
              visit(run, "b.example", now, 0, new Visit.Answer.Failure()),
              visit(run, "a.example", now - 250_000_000, 1024, new Visit.Answer.Fine()),
              visit(run, "a.example", now, 1024, new Visit.Answer.TooMany(Duration.ZERO))));
    }
  }

  private static Visit visit(String run, String host, long sent, long bytes, Visit.Answer answer) {
    return new Visit(new RunId(run), "pass", host, sent, Duration.ofMillis(5), bytes, answer);
  }

  @Test
  void queueNameOfTheCommandLineWins() {
    submitted("plain.toml", "https://a.example", "--id", "elsewhere", "--queue-name", "other");

    run("status", "elsewhere").withCode(ExitCode.USAGE);
    run("status", "elsewhere", "--queue-name", "other").withCode(ExitCode.OK);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "status",
        "why",
        "receipt",
        "await",
        "results",
        "cancel",
        "pause",
        "resume",
        "hosts",
        "dead list",
        "dead replay --all"
      })
  void unknownRunIsAUsageErrorThatNamesIt(String command) {
    String[] words =
        Stream.concat(Stream.of(command.split(" ", -1)), Stream.of("nobody"))
            .toArray(String[]::new);

    String error = run(words).withCode(ExitCode.USAGE).onlyError();

    assertThat(error).contains("nobody").contains("stygian queues");
  }

  @Test
  void resultsOfAnUnknownRunTouchNoFile() {
    cli.write("all.jsonl", "mine\n");

    run("results", "nobody", "-o", "all.jsonl").withCode(ExitCode.USAGE);

    assertThat(cli.read("all.jsonl")).isEqualTo("mine\n");
  }

  @Test
  void runsOfTheEmbeddedServerOutliveTheirCommands() {
    String id =
        cli.run("submit", "plain.toml", "--input", "urls.txt", "--queue", "embedded")
            .withCode(ExitCode.OK)
            .out()
            .strip();

    assertThat(
            cli.run("status", id, "--queue", "embedded", "--json").json().get("submitted").asInt())
        .isEqualTo(20);
    Cli.Ended ended =
        cli.run("run", "plain.toml", "--input", "urls.txt", "--queue", "embedded", "--id", id);
    assertThat(ended.withCode(ExitCode.OK).results()).hasSize(20);
    assertThat(
            Json.parse(cli.run("await", id, "--json", "--queue", "embedded").out())
                .get("done")
                .asInt())
        .isEqualTo(20);
  }
}
