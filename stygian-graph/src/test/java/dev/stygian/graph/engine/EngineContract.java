package dev.stygian.graph.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.item.Json;
import dev.stygian.graph.queue.DeadLetter;
import dev.stygian.graph.queue.Result;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ServiceRegistry;
import dev.stygian.graph.settings.Environment;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the engine does on every queue; a test of an adapter hands in a queue. Long because it is
 * one list of promises, and an adapter takes it whole.
 */
public abstract class EngineContract extends OnQueue {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private static ScriptedService passing(String name) {
    return new ScriptedService(
        name,
        call -> {
          ObjectNode out = JSON.objectNode().put("by", call.node());
          call.inputs().forEach((node, input) -> out.set(node, input));
          return Outcome.success(out);
        });
  }

  private static ServiceRegistry registry(ScriptedService... services) {
    return ServiceRegistry.of(
        List.of(services), Environment.of(Map.of("WORD", "from the environment")));
  }

  private static List<JsonNode> urls(int count) {
    return IntStream.range(0, count)
        .<JsonNode>mapToObj(i -> JSON.stringNode("http://host/" + i))
        .toList();
  }

  private RunStatus run(
      ServiceRegistry registry, String id, String toml, int items, CollectedResults lines)
      throws InterruptedException {
    return run(registry, id, toml, items, lines, false);
  }

  private RunStatus run(
      ServiceRegistry registry,
      String id,
      String toml,
      int items,
      CollectedResults lines,
      boolean fresh)
      throws InterruptedException {
    WorkerOptions options = WorkerOptions.of(10).withVisibility(Duration.ofSeconds(5));
    return run(registry, id, toml, urls(items), lines, options, fresh);
  }

  private static final String CHAIN =
      """
      [[nodes]]
      id = "a"
      service = "x"
      [[nodes]]
      id = "b"
      service = "y"
      depends_on = ["a"]
      """;

  @Test
  void a_chain_passes_outputs_on_and_ends_each_item_once() throws Exception {
    CollectedResults lines = new CollectedResults();
    RunStatus status = run(registry(passing("x"), passing("y")), "chain", CHAIN, 50, lines);

    assertThat(status.state()).isEqualTo(RunStatus.State.FINISHED);
    assertThat(status.done()).isEqualTo(50);
    assertThat(status.inFlight()).isZero();
    assertThat(status.nodes()).allSatisfy(n -> assertThat(n.done()).isEqualTo(50));
    assertThat(lines.results.stream().map(Result::item).distinct()).hasSize(50);
    assertThat(lines.outputs().getFirst()).isEqualTo("{\"by\":\"b\",\"a\":{\"by\":\"a\"}}");
  }

  @Test
  void a_join_gets_the_outputs_of_all_its_predecessors() throws Exception {
    CollectedResults lines = new CollectedResults();
    RunStatus status =
        run(
            registry(passing("x")),
            "join",
            """
            [[nodes]]
            id = "start"
            service = "x"
            [[nodes]]
            id = "left"
            service = "x"
            depends_on = ["start"]
            [[nodes]]
            id = "right"
            service = "x"
            depends_on = ["start"]
            [[nodes]]
            id = "end"
            service = "x"
            depends_on = ["left", "right"]
            """,
            20,
            lines);

    assertThat(status.done()).isEqualTo(20);
    assertThat(lines.outputs())
        .hasSize(20)
        .allSatisfy(o -> assertThat(Json.parse(o).propertyNames()).contains("by", "left", "right"));
  }

  @Test
  void on_finish_is_called_once_with_the_status_of_the_run() throws Exception {
    ScriptedService command =
        new ScriptedService(
            "command",
            call ->
                call.attempt() == 1 ? Outcome.retryable("not yet") : Outcome.success(call.given()));
    String toml = CHAIN + "[on_finish]\ncommand = [\"after\"]\n";

    RunStatus status =
        run(registry(passing("x"), passing("y"), command), "r", toml, 20, new CollectedResults());

    assertThat(status.done()).isEqualTo(20);
    assertThat(command.calls).as("one failure and one success").hasSize(2);
    JsonNode given = command.calls.peek().given();
    assertThat(given.propertyNames())
        .isEqualTo(StatusJson.of(queue.ledger().status(new RunId("r"))).propertyNames());
    assertThat(given.get("state").asString()).isEqualTo("finished");
    assertThat(given.get("done").asInt()).isEqualTo(20);
    assertThat(queue.ledger().status(RunDefinition.whenOverId(new RunId("r"))).done()).isOne();
  }

  @Test
  void on_finish_that_never_works_says_why() throws Exception {
    ScriptedService command =
        new ScriptedService("command", _ -> Outcome.permanent("no such program"));
    String toml = CHAIN + "[on_finish]\ncommand = [\"after\"]\n";

    run(registry(passing("x"), passing("y"), command), "r", toml, 2, new CollectedResults());

    assertThat(WhatFollows.await(queue, new RunId("r"), () -> true))
        .containsExactly(
            "on_finish of run r: the command did not work in 1 attempts: no such program");
  }

  @Test
  void on_finish_is_not_waited_for_where_nobody_can_do_it() throws Exception {
    String toml = CHAIN + "[on_finish]\ncommand = [\"after\"]\n";

    run(registry(passing("x"), passing("y")), "r", toml, 2, new CollectedResults());

    assertThat(WhatFollows.await(queue, new RunId("r"), () -> true))
        .containsExactly(
            "on_finish of run r waits: no live worker offers command; see stygian status"
                + " r.on_finish");
  }

  @Test
  void fails_twice_then_works_with_three_attempts() throws Exception {
    ScriptedService flaky =
        new ScriptedService(
            "x",
            call ->
                call.attempt() < 3
                    ? Outcome.retryable("not yet")
                    : Outcome.success(JSON.numberNode(call.attempt())));
    CollectedResults lines = new CollectedResults();
    run(
        registry(flaky),
        "flaky",
        """
        [execution]
        backoff = "20ms"
        [[nodes]]
        id = "a"
        service = "x"
        """,
        1,
        lines);

    assertThat(lines.results).singleElement().satisfies(r -> assertThat(r.attempts()).isEqualTo(3));
    assertThat(flaky.calls).hasSize(3);
  }

  @Test
  void tasks_that_only_compute_lose_no_lease() throws Exception {
    int processors = Runtime.getRuntime().availableProcessors();
    ScriptedService computing =
        new ScriptedService(
            "x",
            call -> {
              long end = System.nanoTime() + Duration.ofMillis(700).toNanos();
              while (System.nanoTime() < end) {
                Thread.onSpinWait();
              }
              return Outcome.success(JSON.nullNode());
            });
    String toml =
        """
        [execution]
        visibility_timeout = "2s"
        [[nodes]]
        id = "a"
        service = "x"
        """;
    ServiceRegistry registry = registry(computing);
    CollectedResults lines = new CollectedResults();
    WorkerOptions options = WorkerOptions.of(6 * processors);
    run(registry, "computing", toml, urls(6 * processors), lines, options, false);

    assertThat(computing.calls).hasSize(6 * processors);
    assertThat(lines.results).extracting(Result::attempts).containsOnly(1);
  }

  @Test
  void what_always_fails_is_one_dead_letter_with_every_error_and_works_after_a_replay()
      throws Exception {
    CountDownLatch repaired = new CountDownLatch(1);
    ScriptedService broken =
        new ScriptedService(
            "y",
            call ->
                repaired.getCount() == 0
                    ? Outcome.success(JSON.stringNode("repaired"))
                    : Outcome.retryable("broken at " + call.attempt()));
    ScriptedService first = passing("x");
    ServiceRegistry registry = registry(first, broken);
    CollectedResults lines = new CollectedResults();
    String toml = "[execution]\nbackoff = \"10ms\"\n" + CHAIN;
    RunStatus status = run(registry, "broken", toml, 1, lines);
    RunId run = new RunId("broken");

    assertThat(status.dead()).isEqualTo(1);
    assertThat(lines.results).isEmpty();
    List<DeadLetter> letters = queue.ledger().deadLetters(run, "", 10);
    assertThat(letters).hasSize(1);
    assertThat(letters.getFirst().task().id().node()).isEqualTo("b");
    assertThat(letters.getFirst().errors())
        .extracting(DeadLetter.AttemptError::message)
        .containsExactly("broken at 1", "broken at 2", "broken at 3");

    repaired.countDown();
    assertThat(queue.ledger().replay(run, List.of("0"))).isEqualTo(1);
    status = run(registry, "broken", toml, 1, lines);

    assertThat(status.done()).isEqualTo(1);
    assertThat(status.dead()).isZero();
    assertThat(lines.outputs()).containsExactly("\"repaired\"");
    assertThat(first.calls).as("the checkpoint spares the first node").hasSize(1);
  }

  @Test
  void config_reaches_the_service_with_defaults_and_the_environment() throws Exception {
    ScriptedService service =
        new ScriptedService(
            "x",
            call ->
                Outcome.success(
                    JSON.stringNode(
                        call.config().requiredText("word") + call.config().whole("limit"))));
    CollectedResults lines = new CollectedResults();
    run(
        registry(service),
        "config",
        """
        [[nodes]]
        id = "a"
        service = "x"
        config = { word = "${env:WORD}" }
        """,
        1,
        lines);

    assertThat(lines.outputs()).containsExactly("\"from the environment7\"");
  }

  @Test
  void an_unset_variable_is_a_permanent_error_that_names_it() throws Exception {
    ScriptedService service =
        new ScriptedService(
            "x", call -> Outcome.success(JSON.stringNode(call.config().requiredText("word"))));
    run(
        registry(service),
        "unset",
        """
        [[nodes]]
        id = "a"
        service = "x"
        config = { word = "${env:NOBODY}" }
        """,
        1,
        new CollectedResults());

    assertThat(queue.ledger().deadLetters(new RunId("unset"), "", 9))
        .singleElement()
        .satisfies(l ->
            assertThat(l.errors())
                .singleElement()
                .satisfies(e -> assertThat(e.message()).contains("NOBODY")));
  }

  @Test
  void a_repeat_gets_the_stored_result_and_fresh_executes_again() throws Exception {
    ScriptedService service = passing("x");
    ServiceRegistry registry = registry(service);
    String toml = "id = \"p\"\n[[nodes]]\nid = \"a\"\nservice = \"x\"\n";
    CollectedResults first = new CollectedResults();
    CollectedResults second = new CollectedResults();
    CollectedResults third = new CollectedResults();
    run(registry, "first", toml, 5, first);
    run(registry, "second", toml, 5, second);

    assertThat(service.calls).hasSize(5);
    assertThat(second.outputs()).isEqualTo(first.outputs());

    run(registry, "third", toml, 5, third, true);
    assertThat(service.calls).hasSize(10);
  }

  @Test
  void an_attempt_that_takes_too_long_is_interrupted() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    ScriptedService slow =
        new ScriptedService(
            "x",
            call -> {
              never.await();
              return Outcome.success(JSON.nullNode());
            });
    run(
        registry(slow),
        "slow",
        "[[nodes]]\nid = \"a\"\nservice = \"x\"\ntimeout = \"100ms\"\nmax_attempts = 1\n",
        1,
        new CollectedResults());

    assertThat(queue.ledger().deadLetters(new RunId("slow"), "", 9).getFirst().errors())
        .singleElement()
        .satisfies(e -> assertThat(e.message()).contains("timeout of 100 ms"));
  }

  @Test
  void a_stopping_worker_hands_back_and_no_attempt_is_lost() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    ScriptedService hanging =
        new ScriptedService(
            "x",
            call -> {
              started.countDown();
              never.await();
              return Outcome.success(JSON.nullNode());
            });
    String toml = "[[nodes]]\nid = \"a\"\nservice = \"x\"\nmax_attempts = 1\n";
    RunId run = new RunId("handed");
    ServiceRegistry registry = registry(hanging);
    Submitter.open(queue, run, parse(registry, toml), registry, false)
        .submitAll(urls(1).iterator());
    try (Worker worker = Worker.start(queue, registry, WorkerOptions.of(1))) {
      assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
      worker.stop(Duration.ZERO);
    }
    assertThat(queue.ledger().status(run).dead()).isZero();

    try (Worker worker = Worker.start(queue, registry(passing("x")), WorkerOptions.of(1))) {
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> queue.ledger().status(run).state() == RunStatus.State.FINISHED);
      assertThat(worker.failure()).isEmpty();
    }
    assertThat(queue.ledger().status(run).done()).isEqualTo(1);
  }

  @Test
  void cancelling_interrupts_what_runs() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    ScriptedService hanging =
        new ScriptedService(
            "x",
            call -> {
              started.countDown();
              try {
                never.await();
              } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
              }
              return Outcome.success(JSON.nullNode());
            });
    RunId run = new RunId("cancelled");
    ServiceRegistry registry = registry(hanging);
    Submitter.open(
            queue,
            run,
            parse(registry, "[[nodes]]\nid = \"a\"\nservice = \"x\"\n"),
            registry,
            false)
        .submitAll(urls(3).iterator());
    try (Worker worker = Worker.start(queue, registry, WorkerOptions.of(1))) {
      assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
      queue.ledger().cancel(run);

      assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> queue.ledger().status(run).cancelled() == 3 && worker.running() == 0);
    }
  }

  @Test
  void a_service_that_nobody_offers_waits_and_is_named() throws Exception {
    ServiceRegistry both = registry(passing("x"), passing("y"));
    RunId run = new RunId("routing");
    Submitter.open(queue, run, parse(both, CHAIN), both, false).submitAll(urls(4).iterator());
    try (Worker onlyX = Worker.start(queue, registry(passing("x")), WorkerOptions.of(2))) {
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> queue.ledger().status(run).nodes().get(1).waiting() == 4);
      assertThat(queue.ledger().status(run).missingServices()).containsExactly("y");
      assertThat(onlyX.services()).containsExactly("x");
    }
    try (Worker onlyY = Worker.start(queue, registry(passing("y")), WorkerOptions.of(2))) {
      await().atMost(Duration.ofSeconds(10)).until(() -> queue.ledger().status(run).done() == 4);
      assertThat(onlyY.failure()).isEmpty();
    }
  }

  @Test
  void a_wave_gives_one_outcome_per_task_in_order_and_nothing_else() throws Exception {
    ScriptedService service =
        new ScriptedService(
            "x",
            call ->
                call.item().url().orElse("").endsWith("bad")
                    ? Outcome.permanent("it is bad")
                    : Outcome.success(JSON.stringNode(call.item().url().orElse(""))));
    ServiceRegistry services = registry(service);
    var executor = new DistributedDagExecutor(queue, services, 10);
    var tasks =
        List.of(
            WaveTask.of("fetch", "x", "http://h/1"),
            WaveTask.of("fetch", "x", "http://h/bad"),
            WaveTask.of("fetch", "x", "http://h/2"));

    var results = executor.executeWave("pipeline-id-1", tasks, services);

    assertThat(results).hasSize(3);
    assertThat(results.get(0).output()).contains(JSON.stringNode("http://h/1"));
    assertThat(results.get(1).succeeded()).isFalse();
    assertThat(results.get(1).errors()).containsExactly("it is bad");
    assertThat(results.get(2).toPrettyJson()).contains("http://h/2");
    assertThat(
            executor.executeWave(
                "pipeline-id-10", List.of(WaveTask.of("fetch", "x", "http://h/9")), services))
        .hasSize(1);
  }

  @Test
  void a_wave_has_no_service_that_splits_its_items() {
    ServiceRegistry services = registry(passing("x").splitting());
    var executor = new DistributedDagExecutor(queue, services, 1);

    assertThatThrownBy(() ->
            executor.executeWave(
                "books", List.of(WaveTask.of("each", "x", "http://h/1")), services))
        .isInstanceOf(SettingInvalidException.class)
        .hasMessage(
            "node \"each\" of a wave of books: service \"x\" splits its items, and a wave has one"
                + " outcome a task; give it a pipeline");
  }

  @Test
  void T17_two_executors_at_once_get_their_own_waves_whole() throws Exception {
    ServiceRegistry services = registry(passing("x"));
    List<Future<List<TaskOutcome>>> waves = new ArrayList<>();
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      for (String wave : List.of("one", "two")) {
        List<WaveTask> tasks =
            IntStream.range(0, 200)
                .mapToObj(i -> WaveTask.of(wave, "x", "http://" + wave + "/" + i))
                .toList();
        waves.add(
            threads.submit(() ->
                new DistributedDagExecutor(queue, services, 10)
                    .executeWave("pipeline", tasks, services)));
      }
    }

    for (Future<List<TaskOutcome>> wave : waves) {
      assertThat(wave.get()).hasSize(200).allMatch(TaskOutcome::succeeded);
    }
    assertThat(waves.getFirst().get())
        .extracting(outcome -> outcome.task().node())
        .containsOnly("one");
    assertThat(waves.getLast().get())
        .extracting(outcome -> outcome.task().node())
        .containsOnly("two");
  }

  @Test
  void a_result_line_holds_the_input_and_the_output_as_they_are() throws Exception {
    CollectedResults lines = new CollectedResults();
    run(registry(passing("x"), passing("y")), "line \"1\"", CHAIN, 1, lines);

    JsonNode line =
        Json.parse(new String(ResultLines.line(lines.results.getFirst()), StandardCharsets.UTF_8));
    assertThat(line.get("item").asString()).isEqualTo("http://host/0");
    assertThat(line.get("run").asString()).isEqualTo("line \"1\"");
    assertThat(line.get("node").asString()).isEqualTo("b");
    assertThat(line.get("output").get("by").asString()).isEqualTo("b");
    assertThat(line.get("attempts").asInt()).isEqualTo(1);
    assertThat(line.get("key").asString()).hasSize(48);
  }
}
