package dev.stygian.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stygian.cli.output.WhyView;
import dev.stygian.graph.queue.Cap;
import dev.stygian.graph.queue.Explanation;
import dev.stygian.graph.queue.Explanation.Verdict;
import dev.stygian.graph.queue.Heartbeat;
import dev.stygian.graph.queue.Hold;
import dev.stygian.graph.queue.Hold.HostState;
import dev.stygian.graph.queue.LeaseRequest;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.redis.RedisSettings;
import dev.stygian.redis.RedisWorkQueue;
import dev.stygian.redis.embedded.EmbeddedRedis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** What {@code why} says, of runs on a server and of every reason that there is. */
final class WhyCommandTest {
  private static final RunId RUN = new RunId("r");
  private static final Instant NOW = Instant.parse("2026-11-25T10:15:00Z");
  private static final Pattern FIELD = Pattern.compile("`([a-z_]+)`");
  private static final Path DOCUMENT = Path.of("..", "docs", "operating.md");

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
  void submit(TestInfo test) {
    queueName = test.getDisplayName().replaceAll("[^A-Za-z]", "");
    cli = Cli.in(folder).with("STYGIAN_QUEUE_NAME", queueName);
    cli.write("plain.toml", Pipelines.NOOP);
    cli.write("urls.txt", Pipelines.urls(20));
  }

  private Cli.Ended run(String... command) {
    return cli.run(
        Stream.concat(Stream.of(command), Stream.of("--queue", server.url()))
            .toArray(String[]::new));
  }

  private void submitted() {
    run("submit", "plain.toml", "--input", "urls.txt", "--id", "r").withCode(ExitCode.OK);
  }

  /** Does to the queue what a worker would do. */
  private void asWorker(Step step) throws InterruptedException {
    RedisSettings settings = RedisSettings.of(server.url()).withQueueName(queueName);
    try (RedisWorkQueue queue = RedisWorkQueue.open(settings)) {
      queue.renew(new Heartbeat("w", Set.of("noop"), 4, Set.of(), LeaseRequest.AS_RUN));
      step.on(queue);
    }
  }

  private interface Step {
    void on(RedisWorkQueue queue) throws InterruptedException;
  }

  @Test
  void allReasonsAreSaidWithWhatToDo() {
    submitted();
    run("pause", "r").withCode(ExitCode.OK);

    Cli.Ended ended = run("why", "r").withCode(ExitCode.OK);

    assertThat(ended.err()).isEmpty();
    assertThat(ended.out())
        .isEqualTo(
            """
            r stands still until somebody does something
            - 20 tasks wait: the run is paused; let it go on: stygian resume r
            - 20 tasks wait: no worker is alive; start one: stygian worker
            """);
  }

  @Test
  void runThatMovesIsSaidToMove() throws InterruptedException {
    submitted();
    asWorker(
        queue -> queue.lease(new LeaseRequest(Set.of(), 3, LeaseRequest.AS_RUN, Duration.ZERO)));

    String out = run("why", "r").withCode(ExitCode.OK).out();
    JsonNode json = run("why", "r", "--json").withCode(ExitCode.OK).json();

    assertThat(out)
        .startsWith("r moves\n- 3 tasks of pass are being executed; the first lease runs out in ")
        .endsWith("\n- 17 tasks of pass are ready, and workers have room\n");
    assertThat(json.propertyNames())
        .containsExactly("run", "state", "verdict", "at", "reasons", "hosts_not_looked_at");
    assertThat(json.get("run").asString()).isEqualTo("r");
    assertThat(json.get("state").asString()).isEqualTo("running");
    assertThat(json.get("verdict").asString()).isEqualTo("moves");
    assertThat(json.at("/reasons/0/kind").asString()).isEqualTo("executing");
    assertThat(json.at("/reasons/0/tasks").asInt()).isEqualTo(3);
    assertThat(json.at("/reasons/1").toString())
        .isEqualTo(
            """
            {"kind":"ready","node":"pass","tasks":17,"service":"noop","slots":4,"leased":3}\
            """);
    assertThat(json.get("hosts_not_looked_at").asInt()).isZero();
  }

  @Test
  void runWhoseSubmitterWaitsForRoomIsToldWhoseTasksFillTheQueue() throws Exception {
    submitted();
    run("pause", "r").withCode(ExitCode.OK);
    cli.write("later.toml", "[execution]\nmax_depth = 20\n" + Pipelines.NOOP_NODE);
    AtomicReference<Cli.Ended> ended = new AtomicReference<>();
    Thread submitter =
        Thread.ofVirtual()
            .start(() -> ended.set(run("submit", "later.toml", "https://a.example", "--id", "s")));
    await().atMost(Duration.ofSeconds(30)).until(() -> run("why", "s").code() == ExitCode.OK);

    assertThat(run("why", "s").out())
        .isEqualTo(
            """
            s stands still until somebody does something
            - its input waits for room in the queue: 20 tasks are unfinished there, and max_depth \
            of the run allows 20; 20 of r (paused); see what these wait for: stygian why r
            """);
    assertThat(run("why", "s", "--json").json().at("/reasons/0/runs/0").toString())
        .isEqualTo("{\"run\":\"r\",\"tasks\":20,\"paused\":true}");

    run("cancel", "r").withCode(ExitCode.OK);
    assertThat(submitter.join(Duration.ofSeconds(30))).isTrue();
    assertThat(ended.get().code()).isEqualTo(ExitCode.OK);
  }

  @Test
  void runThatIsOverIsSaidToBeOver() {
    submitted();
    run("cancel", "r").withCode(ExitCode.OK);

    assertThat(run("why", "r").withCode(ExitCode.OK).out())
        .matches("r is over\n- cancelled \\d{4}-\\S+Z\n");
    assertThat(run("why", "r", "--json").json().get("verdict").asString()).isEqualTo("over");
  }

  private static Explanation of(Verdict verdict, List<Hold> holds, long unseenHosts) {
    return new Explanation(RUN, RunStatus.State.RUNNING, verdict, NOW, holds, unseenHosts);
  }

  private static Hold at(long tasks, boolean mayBeMore, HostState state) {
    return new Hold.AtHost("fetch", "a.example", tasks, mayBeMore, state);
  }

  static Stream<Arguments> reasons() {
    Instant soon = NOW.plusSeconds(42);
    Instant before = NOW.minusSeconds(65);
    Duration second = Duration.ofSeconds(1);
    return Stream.of(
        Arguments.of("over", new Hold.Over(before), "running 2026-11-25T10:13:55Z"),
        Arguments.of(
            "paused", new Hold.Paused(0), "the run is paused; let it go on: stygian resume r"),
        Arguments.of(
            "no_worker",
            new Hold.NoWorker(1),
            "1 task waits: no worker is alive; start one: stygian worker"),
        Arguments.of(
            "no_worker_for_service",
            new Hold.NoWorkerFor("ask", "ai_claude", 2),
            "2 tasks of ask wait: no live worker offers ai_claude; start one that does: stygian"
                + " worker"),
        Arguments.of(
            "results_not_taken",
            new Hold.ResultsUntaken(9, 2048, 3),
            "3 tasks wait: 9 results (2.0 KB) lie there and nobody takes them; take them: stygian"
                + " results r -o FILE"),
        Arguments.of(
            "run_cap",
            new Hold.AtCap(new Cap.OfRun(RUN), 2, 2, 3),
            "3 tasks wait: 2 are leased, and no more than 2 of the run may be; change that:"
                + " stygian set r --max-leased N"),
        Arguments.of(
            "node_cap",
            new Hold.AtCap(new Cap.OfNode(RUN, "fetch"), 1, 1, 3),
            "3 tasks of fetch wait: 1 is leased, and no more than 1 may be; change that: stygian"
                + " set r --node fetch --max-leased N"),
        Arguments.of(
            "service_cap",
            new Hold.AtCap(new Cap.OfService("http"), 4, 5, 3),
            "3 tasks wait: 5 are leased, and no more than 4 of service http in the whole queue may"
                + " be; change that: stygian set --service http --max-leased N"),
        Arguments.of(
            "host_interval",
            at(7, false, new HostState.Interval(second, false, soon)),
            "7 tasks of fetch wait for a.example: it is visited every 1.0s, next in 42s; interval"
                + " in [politeness] says so"),
        Arguments.of(
            "host_interval",
            at(1, true, new HostState.Interval(second, true, NOW)),
            "at least 1 task of fetch wait for a.example: it is visited every 1.0s, next now; its"
                + " answers or its robots.txt ask for that"),
        Arguments.of(
            "host_asked_to_wait",
            at(1, false, new HostState.AskedToWait(soon)),
            "1 task of fetch waits for a.example: it asked to be left alone; it is visited again"
                + " in 42s"),
        Arguments.of(
            "host_busy",
            at(7, false, new HostState.Busy(2, 2)),
            "7 tasks of fetch wait for a.example: 2 tasks visit it, and no more than 2 may at once;"
                + " concurrency in [politeness] says so"),
        Arguments.of(
            "host_broken",
            at(7, false, new HostState.Broken(6, before, Optional.of(soon), NOW.plusSeconds(3535))),
            "7 tasks of fetch wait for a.example: it has not answered for 1m 05s (6 failures); one"
                + " task tries it in 42s, and they are given up in 58m 55s"),
        Arguments.of(
            "host_broken",
            at(7, false, new HostState.Broken(6, before, Optional.empty(), NOW.plusSeconds(3535))),
            "7 tasks of fetch wait for a.example: it has not answered for 1m 05s (6 failures); one"
                + " task may try it, and they are given up in 58m 55s"),
        Arguments.of(
            "host_robots_away",
            at(
                7,
                false,
                new HostState.RobotsAway(
                    "https://a.example:443", before, soon, NOW.plusSeconds(3535))),
            "7 tasks of fetch wait for a.example: the robots.txt of https://a.example:443 has been"
                + " out of reach for 1m 05s; it is asked for again in 42s, and they are given up in"
                + " 58m 55s"),
        Arguments.of(
            "same_key",
            new Hold.SameKey("fetch", 3),
            "3 tasks of fetch wait: an equal task is being executed, in this run or another, and"
                + " its result is theirs"),
        Arguments.of(
            "delayed",
            new Hold.Delayed("fetch", 3, Optional.of(soon)),
            "3 tasks of fetch wait: their time has not come, as after a failure; the first is due"
                + " in 42s"),
        Arguments.of(
            "delayed",
            new Hold.Delayed("fetch", 3, Optional.empty()),
            "3 tasks of fetch wait: their time has not come, as after a failure"),
        Arguments.of(
            "worker_silent",
            new Hold.Silent("fetch", 3, before, soon),
            "3 tasks of fetch are leased by a worker that has not been heard of for 1m 05s; others"
                + " get them when the first lease runs out, in 42s"),
        Arguments.of(
            "worker_silent",
            new Hold.Silent("fetch", 1, before, NOW),
            "1 task of fetch is leased by a worker that has not been heard of for 1m 05s; the next"
                + " worker that asks gets them"),
        Arguments.of(
            "executing",
            new Hold.Executing("fetch", 3, Optional.empty()),
            "3 tasks of fetch are being executed"),
        Arguments.of(
            "ready",
            new Hold.Ready("fetch", "http", 1, 8, 0),
            "1 task of fetch is ready, and workers have room"),
        Arguments.of(
            "workers_busy",
            new Hold.Ready("fetch", "http", 3, 8, 8),
            "3 tasks of fetch wait for a free worker: live ones execute 8 at once, and 8 of all"
                + " runs are leased; more workers help: stygian worker"),
        Arguments.of(
            "input_open",
            new Hold.InputOpen(0),
            "nothing was submitted yet, and more may come: whoever submits has not said that this"
                + " is all; submit the rest with --id r, or end it: stygian cancel r"),
        Arguments.of(
            "queue_full",
            new Hold.QueueFull(
                9,
                9,
                List.of(
                    new Hold.Filling(new RunId("big"), 6, true), new Hold.Filling(RUN, 2, false))),
            "its input waits for room in the queue: 9 tasks are unfinished there, and max_depth of"
                + " the run allows 9; 6 of big (paused), 2 of the run itself; see what these wait"
                + " for: stygian why big"),
        Arguments.of(
            "queue_full",
            new Hold.QueueFull(1, 1, List.of(new Hold.Filling(RUN, 1, false))),
            "its input waits for room in the queue: 1 task is unfinished there, and max_depth of"
                + " the run allows 1; 1 of the run itself"));
  }

  @ParameterizedTest
  @MethodSource("reasons")
  void eachReasonIsOneLine(String kind, Hold hold, String line) {
    assertThat(WhyView.lines(of(Verdict.WAITS, List.of(hold), 0)))
        .as(kind)
        .containsExactly("r waits, and goes on by itself", "- " + line);
  }

  /** Scripts find in the document what they get. */
  @ParameterizedTest
  @MethodSource("reasons")
  void eachReasonHasTheDocumentedFields(String kind, Hold hold, String line) throws IOException {
    JsonNode reason = WhyView.json(of(Verdict.WAITS, List.of(hold), 0)).at("/reasons/0");
    List<String> fields = new ArrayList<>(reason.propertyNames());

    assertThat(reason.get("kind").asString()).as(line).isEqualTo(kind);
    fields.remove("kind");
    String row =
        Files.readString(DOCUMENT)
            .lines()
            .filter(l -> l.startsWith("| `" + kind + "` |"))
            .findFirst()
            .orElseThrow();
    assertThat(FIELD.matcher(row.split("\\|", -1)[2]).results().map(m -> m.group(1)))
        .containsExactlyElementsOf(fields);
  }

  @Test
  void manyHostsAreNamedInPartForPeopleAndAllForScripts() {
    List<Hold> holds =
        IntStream.range(0, 100)
            .<Hold>mapToObj(
                i -> new Hold.AtHost("fetch", "h" + i, 1, false, new HostState.AskedToWait(NOW)))
            .toList();
    Explanation explanation = of(Verdict.WAITS, holds, 1_000);

    List<String> lines = WhyView.lines(explanation);

    assertThat(lines).hasSize(12);
    assertThat(lines.getLast()).isEqualTo("- and tasks wait at 1090 more hosts");
    assertThat(WhyView.json(explanation).get("reasons")).hasSize(100);
    assertThat(WhyView.json(explanation).get("hosts_not_looked_at").asInt()).isEqualTo(1_000);
  }

  @Test
  void booksThatSayNothingAreToBeLookedAt() {
    assertThat(WhyView.lines(of(Verdict.STANDS, List.of(), 0)))
        .containsExactly(
            "r stands still until somebody does something",
            "- nothing that is known holds it back; see whether its books agree: stygian receipt"
                + " r");
  }

  @Test
  void runThatIsBeingCancelledIsCalledThat() {
    Hold left = new Hold.Executing("fetch", 1, Optional.empty());

    assertThat(
            WhyView.lines(
                new Explanation(
                    RUN, RunStatus.State.CANCELLED, Verdict.MOVES, NOW, List.of(left), 0)))
        .containsExactly(
            "r is cancelled; what is left of it moves", "- 1 task of fetch is being executed");
  }
}
