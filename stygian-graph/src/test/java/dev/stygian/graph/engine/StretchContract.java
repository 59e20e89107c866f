package dev.stygian.graph.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stygian.graph.item.Json;
import dev.stygian.graph.pipeline.Pipeline;
import dev.stygian.graph.queue.DeadLetter;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.service.ServiceRegistry;
import dev.stygian.graph.settings.Environment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What goes on under one lease and what becomes a task, on every queue. */
public abstract class StretchContract extends OnQueue {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final ConcurrentLinkedQueue<Thread> threads = new ConcurrentLinkedQueue<>();

  /** Nodes with their service and predecessors: {@code "d = x (b, c)"}. */
  private static String toml(String... nodes) {
    StringBuilder text = new StringBuilder("id = \"p\"\n[execution]\nbackoff = \"10ms\"\n");
    for (String node : nodes) {
      String[] parts = node.split("[=()]");
      text.append("[[nodes]]\nid = \"" + parts[0].strip() + "\"\n");
      text.append("service = \"" + parts[1].strip() + "\"\n");
      if (parts.length > 2) {
        text.append("depends_on = [\"" + parts[2].replace(", ", "\", \"") + "\"]\n");
      }
    }
    return text.toString();
  }

  private static final String DIAMOND = toml("a = x", "b = x (a)", "c = x (a)", "d = x (b, c)");

  private static Outcome pass(ServiceCall call) {
    ObjectNode out = JSON.objectNode().put("by", call.node());
    call.inputs().forEach(out::set);
    return Outcome.success(out);
  }

  private ScriptedService computing(ScriptedService.Script script) {
    return ScriptedService.computing(
        "x",
        call -> {
          threads.add(Thread.currentThread());
          return script.play(call);
        });
  }

  private static ServiceRegistry registry(ScriptedService... services) {
    return ServiceRegistry.of(List.of(services), Environment.of(Collections.emptyMap()));
  }

  private static List<JsonNode> urls(int count) {
    return IntStream.range(0, count).<JsonNode>mapToObj(i -> JSON.stringNode("u" + i)).toList();
  }

  private RunStatus run(
      ServiceRegistry registry, String id, String toml, int items, CollectedResults lines)
      throws InterruptedException {
    WorkerOptions options = WorkerOptions.of(1).withVisibility(Duration.ofSeconds(5));
    return run(registry, id, toml, urls(items), lines, options, false);
  }

  private static List<String> nodes(ScriptedService service) {
    List<String> nodes = new ArrayList<>();
    service.calls.forEach(call -> nodes.add(call.node()));
    return nodes;
  }

  @Test
  void nodes_that_compute_are_executed_in_one_go_through_branches_and_joins() throws Exception {
    ScriptedService service = computing(StretchContract::pass);
    CollectedResults lines = new CollectedResults();
    RunStatus status = run(registry(service), "diamond", DIAMOND, 1, lines);

    assertThat(nodes(service)).containsExactly("a", "b", "c", "d");
    assertThat(threads.stream().distinct()).hasSize(1);
    assertThat(status.done()).isEqualTo(1);
    assertThat(status.nodes()).allSatisfy(node -> assertThat(node.done()).isEqualTo(1));
    assertThat(lines.outputs())
        .containsExactly(
            "{\"by\":\"d\",\"b\":{\"by\":\"b\",\"a\":{\"by\":\"a\"}},"
                + "\"c\":{\"by\":\"c\",\"a\":{\"by\":\"a\"}}}");
  }

  @Test
  void many_items_with_several_ends_each_come_out_whole() throws Exception {
    ScriptedService service = computing(StretchContract::pass);
    CollectedResults lines = new CollectedResults();
    String fan = toml("a = x", "b = x (a)", "c = x (a)", "d = x (a)");
    RunStatus status = run(registry(service), "fan", fan, 300, lines);

    assertThat(status.done()).isEqualTo(300);
    assertThat(status.inFlight()).isZero();
    assertThat(status.nodes()).allSatisfy(node -> assertThat(node.done()).isEqualTo(300));
    assertThat(lines.results).hasSize(900);
    assertThat(lines.results.stream().map(r -> r.item() + r.node()).distinct()).hasSize(900);
  }

  @Test
  void a_node_with_a_cap_is_leased_itself_and_never_executes_more_than_that_at_once()
      throws Exception {
    AtomicInteger active = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    ScriptedService service =
        computing(call -> {
          if (call.node().equals("b")) {
            most.accumulateAndGet(active.incrementAndGet(), Math::max);
            LockSupport.parkNanos(50_000); // where others could come in
            active.decrementAndGet();
          }
          return pass(call);
        });
    String toml = toml("a = x", "b = x (a)") + "max_leased = 2\n";
    CollectedResults lines = new CollectedResults();
    RunStatus status =
        run(registry(service), "capped", toml, urls(200), lines, WorkerOptions.of(16), false);

    assertThat(status.done()).isEqualTo(200);
    assertThat(most.get()).isBetween(1, 2);
    assertThat(lines.results).hasSize(200);
  }

  @Test
  void a_repeat_is_answered_from_the_last_results() throws Exception {
    ScriptedService service = computing(StretchContract::pass);
    for (String shape : List.of(DIAMOND, toml("a = x", "b = x (a)", "c = x (a)"))) {
      CollectedResults first = new CollectedResults();
      CollectedResults second = new CollectedResults();
      service.calls.clear();
      run(registry(service), "first " + shape.length(), shape, 20, first);
      int calls = service.calls.size();
      RunStatus status = run(registry(service), "second " + shape.length(), shape, 20, second);

      assertThat(service.calls).hasSize(calls);
      assertThat(status.done()).isEqualTo(20);
      assertThat(second.outputs()).containsExactlyInAnyOrderElementsOf(first.outputs());
    }
  }

  @Test
  void what_may_wait_becomes_tasks_where_it_branches() throws Exception {
    CountDownLatch both = new CountDownLatch(2);
    ScriptedService waiting =
        new ScriptedService(
            "y",
            call -> {
              both.countDown();
              return both.await(20, TimeUnit.SECONDS) ? pass(call) : Outcome.permanent("alone");
            });
    ScriptedService computing = computing(StretchContract::pass);
    ServiceRegistry registry = registry(waiting, computing);
    String toml = toml("a = x", "b = y (a)", "c = y (a)", "d = x (b, c)");
    CollectedResults lines = new CollectedResults();
    run(registry, "waiting", toml, urls(1), lines, WorkerOptions.of(2), false);

    assertThat(lines.results).hasSize(1);
    assertThat(Json.parse(lines.outputs().getFirst()).propertyNames()).contains("b", "c");
  }

  @Test
  void a_branch_that_fails_is_tried_again_alone() throws Exception {
    ScriptedService service =
        computing(call ->
            call.node().equals("b") && call.attempt() < 3
                ? Outcome.retryable("not yet")
                : pass(call));
    CollectedResults lines = new CollectedResults();
    RunStatus status = run(registry(service), "failing branch", DIAMOND, 1, lines);

    assertThat(nodes(service)).containsExactlyInAnyOrder("a", "b", "b", "b", "c", "d");
    assertThat(status.done()).isEqualTo(1);
    assertThat(status.inFlight()).isZero();
    assertThat(status.nodes()).allSatisfy(node -> assertThat(node.done()).isEqualTo(1));
    assertThat(lines.outputs())
        .singleElement()
        .satisfies(out -> assertThat(Json.parse(out).at("/b/a/by").asString()).isEqualTo("a"))
        .satisfies(out -> assertThat(Json.parse(out).at("/c/a/by").asString()).isEqualTo("a"));
  }

  @Test
  void a_join_that_fails_gets_the_same_inputs_again() throws Exception {
    ScriptedService service =
        computing(call ->
            call.node().equals("d") && call.attempt() == 1
                ? Outcome.retryable("not yet")
                : pass(call));
    CollectedResults lines = new CollectedResults();
    RunStatus status = run(registry(service), "failing join", DIAMOND, 3, lines);

    assertThat(nodes(service)).hasSize(3 * 5);
    assertThat(status.done()).isEqualTo(3);
    assertThat(lines.outputs())
        .hasSize(3)
        .allSatisfy(out -> assertThat(Json.parse(out).at("/c/a/by").asString()).isEqualTo("a"));
    assertThat(lines.results).allSatisfy(r -> assertThat(r.attempts()).isEqualTo(2));
  }

  @Test
  void a_branch_that_dies_stops_the_item_and_a_replay_finishes_it() throws Exception {
    CountDownLatch repaired = new CountDownLatch(1);
    ScriptedService service =
        computing(call ->
            call.node().equals("b") && repaired.getCount() > 0
                ? Outcome.permanent("broken")
                : pass(call));
    RunId run = new RunId("dying branch");
    CollectedResults lines = new CollectedResults();
    RunStatus status = run(registry(service), run.value(), DIAMOND, 2, lines);

    assertThat(status.dead()).isEqualTo(2);
    assertThat(status.inFlight()).isZero();
    assertThat(lines.results).isEmpty();
    List<DeadLetter> letters = queue.ledger().deadLetters(run, "", 10);
    assertThat(letters).extracting(letter -> letter.task().id().node()).containsOnly("b");

    repaired.countDown();
    assertThat(queue.ledger().replay(run, List.of("0", "1"))).isEqualTo(2);
    status = run(registry(service), run.value(), DIAMOND, 2, lines);

    assertThat(status.done()).isEqualTo(2);
    assertThat(status.dead()).isZero();
    assertThat(status.inFlight()).isZero();
    assertThat(lines.results).hasSize(2);
    assertThat(nodes(service).stream().filter("a"::equals)).as("a is not repeated").hasSize(2);
  }

  @Test
  void a_worker_that_stops_in_the_middle_hands_back_the_rest() throws Exception {
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    ScriptedService hanging =
        computing(call -> {
          if (call.node().equals("c")) {
            reached.countDown();
            never.await();
          }
          return pass(call);
        });
    RunId run = new RunId("stopped");
    ServiceRegistry registry = registry(hanging);
    Pipeline pipeline = parse(registry, DIAMOND);
    Submitter.open(queue, run, pipeline, registry, false).submitAll(urls(1).iterator());
    try (Worker worker = Worker.start(queue, registry, WorkerOptions.of(1))) {
      assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
      worker.stop(Duration.ZERO);
    }
    ScriptedService second = computing(StretchContract::pass);
    try (Worker worker = Worker.start(queue, registry(second), WorkerOptions.of(1))) {
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> queue.ledger().status(run).state() == RunStatus.State.FINISHED);
      assertThat(worker.failure()).isEmpty();
    }

    assertThat(nodes(second)).containsExactly("c", "d");
    assertThat(queue.ledger().status(run).done()).isEqualTo(1);
  }
}
