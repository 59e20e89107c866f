package dev.stygian.graph.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stygian.graph.error.QueueUnavailableException;
import dev.stygian.graph.pipeline.PipelineFormat;
import dev.stygian.graph.pipeline.PipelineParser;
import dev.stygian.graph.queue.DeadLetter;
import dev.stygian.graph.queue.Heartbeat;
import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.LeaseRequest;
import dev.stygian.graph.queue.LocalWorkQueue;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.queue.Settled;
import dev.stygian.graph.queue.Settlement;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.service.ServiceRegistry;
import dev.stygian.graph.settings.Config;
import dev.stygian.graph.settings.Environment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What a worker does with leases that wait for a slot, and with ends that wait to be booked. */
final class WorkerTest {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final RunId RUN = new RunId("run");
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String NODE =
      """
      [[nodes]]
      id = "a"
      service = "x"
      max_attempts = 1
      config = { word = "${env:W}" }
      """;

  private final LocalWorkQueue queue = new LocalWorkQueue();
  private final CountDownLatch began = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private final ScriptedService blocking =
      new ScriptedService(
          "x",
          call -> {
            began.countDown();
            goOn.await();
            return Outcome.success(JSON.nullNode());
          });

  @AfterEach
  void closeQueue() {
    queue.close();
  }

  /** Hands out more than was asked for, each task under a lease of its own, and once only. */
  private static class GenerousQueue extends ForwardingQueue {
    private final int leases;
    private boolean given; // used by the feeder alone
    final Set<Long> handedOut = ConcurrentHashMap.newKeySet();

    GenerousQueue(LocalWorkQueue queue, int leases) {
      super(queue);
      this.leases = leases;
    }

    @Override
    public List<Lease> lease(LeaseRequest request) throws InterruptedException {
      if (given) {
        return super.lease(
            new LeaseRequest(Set.of("none"), 1, request.visibility(), request.patience()));
      }
      given = true;
      List<Lease> all = new ArrayList<>();
      for (int i = 0; i < leases; i++) {
        all.addAll(
            super.lease(
                new LeaseRequest(request.services(), 1, request.visibility(), Duration.ZERO)));
      }
      all.forEach(lease -> handedOut.add(lease.token().lease()));
      return all;
    }
  }

  @Test
  void I11_what_waits_for_a_slot_is_handed_back_without_a_lost_attempt() throws Exception {
    submit(blocking, 5);
    try (Worker worker = start(new GenerousQueue(queue, 5), blocking)) {
      assertThat(began.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
      worker.stop(Duration.ZERO);
    }

    assertThat(blocking.calls).hasSize(1);
    assertThat(queue.ledger().status(RUN).nodes().getFirst().waiting()).isEqualTo(5);
    List<Lease> again =
        queue.lease(new LeaseRequest(Set.of(), 9, Duration.ofMinutes(1), Duration.ZERO));
    assertThat(again).hasSize(5).allMatch(lease -> lease.attempt() == 1);
  }

  @Test
  void I6_what_waits_for_a_slot_is_renewed_too() throws Exception {
    submit(blocking, 5);
    Set<Long> renewed = ConcurrentHashMap.newKeySet();
    GenerousQueue generous =
        new GenerousQueue(queue, 5) {
          @Override
          public Heartbeat.Renewal renew(Heartbeat heartbeat) {
            if (heartbeat.leases().size() == 5) {
              renewed.addAll(heartbeat.leases());
            }
            return super.renew(heartbeat);
          }
        };
    try (Worker worker = start(generous, blocking)) {
      await().atMost(SOON).until(() -> !renewed.isEmpty());
      assertThat(renewed).isEqualTo(generous.handedOut);
      assertThat(worker.running()).isEqualTo(1);
    }
  }

  @Test
  void what_is_lost_while_it_waits_for_a_slot_never_starts() throws Exception {
    submit(blocking, 3);
    CountDownLatch nextBeat = new CountDownLatch(2);
    GenerousQueue generous =
        new GenerousQueue(queue, 3) {
          @Override
          public Heartbeat.Renewal renew(Heartbeat heartbeat) {
            Heartbeat.Renewal renewal = super.renew(heartbeat);
            if (heartbeat.leases().size() < 3) {
              return renewal;
            }
            nextBeat.countDown(); // at the second one, the answer to the first has been heard
            List<Long> inOrder = heartbeat.leases().stream().sorted().toList();
            return new Heartbeat.Renewal(Set.of(inOrder.get(1)), Set.of());
          }
        };
    WorkerOptions oftenRenewed = WorkerOptions.of(1).withVisibility(Duration.ofMillis(300));
    try (Worker worker = Worker.start(generous, registry(blocking), oftenRenewed)) {
      assertThat(nextBeat.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
      goOn.countDown();
      await().atMost(SOON).until(() -> worker.running() == 0);
      worker.stop(SOON);
    }

    assertThat(blocking.calls)
        .extracting(call -> call.item().id())
        .contains("0")
        .doesNotContain("1");
  }

  @Test
  void what_waited_for_long_goes_back_for_others() throws Exception {
    submit(blocking, 4);
    try (Worker worker = start(new GenerousQueue(queue, 4), blocking)) {
      await()
          .atMost(SOON)
          .until(() -> queue.ledger().status(RUN).nodes().getFirst().waiting() == 3);
      assertThat(worker.running()).isEqualTo(1);
    }
    assertThat(blocking.calls).hasSize(1);
  }

  @Test
  void what_ends_while_one_call_is_under_way_is_booked_by_the_next_and_before_a_stop_returns()
      throws Exception {
    ScriptedService quick = new ScriptedService("x", _ -> Outcome.success(JSON.nullNode()));
    submit(quick, 300);
    CountDownLatch calling = new CountDownLatch(1);
    List<Integer> sizes = new CopyOnWriteArrayList<>();
    ForwardingQueue slow =
        new ForwardingQueue(queue) {
          @Override
          public List<Settled> settle(List<? extends Settlement> ends) throws InterruptedException {
            calling.countDown();
            goOn.await();
            sizes.add(ends.size());
            return super.settle(ends);
          }
        };
    try (Worker worker = start(slow, quick)) {
      assertThat(calling.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
      await().atMost(SOON).until(() -> quick.calls.size() == 300 && worker.running() == 0);
      goOn.countDown();
      worker.stop(SOON);

      assertThat(queue.ledger().status(RUN).done()).isEqualTo(300);
      assertThat(sizes.stream().mapToInt(i -> i).sum()).isEqualTo(300);
      assertThat(sizes).as("calls").hasSizeLessThanOrEqualTo(2);
    }
  }

  @Test
  void a_queue_that_is_away_is_waited_for() throws Exception {
    ScriptedService quick = new ScriptedService("x", _ -> Outcome.success(JSON.nullNode()));
    submit(quick, 3);
    AtomicInteger tries = new AtomicInteger();
    ForwardingQueue away =
        new ForwardingQueue(queue) {
          @Override
          public List<Settled> settle(List<? extends Settlement> ends) throws InterruptedException {
            if (tries.incrementAndGet() == 1) {
              throw new QueueUnavailableException("away", new IllegalStateException());
            }
            return super.settle(ends);
          }
        };
    try (Worker worker = start(away, quick)) {
      await().atMost(SOON).until(() -> queue.ledger().status(RUN).done() == 3);
      assertThat(worker.failure()).isEmpty();
    }
    assertThat(quick.calls).hasSize(3);
  }

  @Test
  void an_end_that_the_queue_does_not_take_spoils_no_other_of_its_batch() throws Exception {
    ScriptedService quick = new ScriptedService("x", _ -> Outcome.success(JSON.nullNode()));
    submit(quick, 4);
    ForwardingQueue picky =
        new ForwardingQueue(queue) {
          @Override
          public List<Settled> settle(List<? extends Settlement> ends) throws InterruptedException {
            if (ends.stream().anyMatch(end -> end.lease().task().id().item().equals("2"))) {
              throw new IllegalArgumentException("item 2 is not to its taste");
            }
            return super.settle(ends);
          }
        };
    try (Worker worker = start(picky, quick)) {
      await().atMost(SOON).until(() -> queue.ledger().status(RUN).done() == 3);
      worker.stop(SOON);
    }
    assertThat(queue.ledger().status(RUN).nodes().getFirst().leased()).isEqualTo(1);
  }

  @Test
  void a_config_is_made_once_and_its_references_are_resolved_at_each_use() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    ScriptedService reading =
        new ScriptedService(
            "x", call -> Outcome.success(JSON.stringNode(call.config().requiredText("word"))));
    ServiceRegistry registry =
        ServiceRegistry.of(List.of(reading), _ -> Optional.of("secret " + asked.incrementAndGet()));
    CollectedResults lines = new CollectedResults();
    try (var executor = new DistributedDagExecutor(queue, registry, 1)) {
      executor.run(RUN, definition(registry, NODE), urls(3).iterator(), "t", _ -> lines);
    }

    assertThat(lines.outputs()).containsExactly("\"secret 1\"", "\"secret 2\"", "\"secret 3\"");
    List<Config> configs = reading.calls.stream().map(ServiceCall::config).distinct().toList();
    assertThat(configs).hasSize(1);
    assertThat(configs.getFirst().toString()).contains("${env:W}").doesNotContain("secret");
  }

  @Test
  void what_a_service_changed_in_its_input_is_what_it_puts_out() throws Exception {
    ScriptedService changing =
        new ScriptedService(
            "x",
            call -> {
              var object = (ObjectNode) call.item().input();
              return Outcome.success(object.put("seen", true));
            });
    ServiceRegistry registry = registry(changing);
    CollectedResults lines = new CollectedResults();
    List<JsonNode> items = List.of(JSON.objectNode().put("url", "http://host/"));
    try (var executor = new DistributedDagExecutor(queue, registry, 1)) {
      executor.run(RUN, definition(registry, NODE), items.iterator(), "t", _ -> lines);
    }

    assertThat(lines.outputs()).containsExactly("{\"url\":\"http://host/\",\"seen\":true}");
  }

  @Test
  void a_service_that_ignores_the_interrupt_is_left_behind() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    ScriptedService deaf =
        new ScriptedService(
            "x",
            _ -> {
              while (goOn.getCount() > 0) {
                try {
                  goOn.await();
                } catch (InterruptedException e) {
                  interrupted.countDown();
                }
              }
              return Outcome.success(JSON.nullNode());
            });
    submit(deaf, "[[nodes]]\nid = \"a\"\nservice = \"x\"\nmax_attempts = 1\ntimeout = \"1m\"\n", 1);
    List<Settlement> booked = new ArrayList<>();
    ScriptedContext context = new ScriptedContext(queue, registry(deaf), booked::add);
    Lease lease =
        queue.lease(new LeaseRequest(Set.of(), 1, Duration.ofMinutes(5), SOON)).getFirst();
    Attempt attempt = new Attempt(context, lease, System.nanoTime());
    Thread runner =
        Thread.ofVirtual()
            .start(() -> {
              try {
                attempt.run();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    await().atMost(SOON).until(() -> deaf.calls.size() == 1);

    attempt.endIfOverdue(System.nanoTime() + Duration.ofSeconds(50).toNanos());
    assertThat(interrupted.getCount()).as("its time is not over").isEqualTo(1);
    attempt.endIfOverdue(System.nanoTime() + Duration.ofSeconds(61).toNanos());
    assertThat(interrupted.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(context.isBooked()).isFalse();
    attempt.endIfOverdue(System.nanoTime() + Duration.ofSeconds(71).toNanos());
    context.awaitBooked();
    goOn.countDown();
    runner.join();

    assertThat(booked).as("what it yields later is void").hasSize(1);
    queue.settle(booked);
    assertThat(queue.ledger().deadLetters(RUN, "", 9))
        .singleElement()
        .extracting(DeadLetter::errors)
        .asString()
        .contains("timeout of 60000 ms and ignored the interrupt");
    assertThat(queue.ledger().status(RUN).state()).isEqualTo(RunStatus.State.FINISHED);
  }

  private void submit(ScriptedService service, int items) throws InterruptedException {
    submit(service, NODE, items);
  }

  private void submit(ScriptedService service, String toml, int items) throws InterruptedException {
    ServiceRegistry registry = registry(service);
    Submitter.open(queue, RUN, definition(registry, toml), registry)
        .submitAll(urls(items).iterator());
  }

  private static Worker start(ForwardingQueue queue, ScriptedService service) {
    return Worker.start(queue, registry(service), WorkerOptions.of(1));
  }

  private static ServiceRegistry registry(ScriptedService service) {
    return ServiceRegistry.of(List.of(service), Environment.ofProcess());
  }

  private static RunDefinition definition(ServiceRegistry registry, String toml) {
    return RunDefinition.of(
        new PipelineParser(registry.schemas(), registry::canonical, registry::fansOut)
            .parse(toml, "test.toml", PipelineFormat.TOML),
        registry,
        true,
        Optional.empty());
  }

  private static List<JsonNode> urls(int count) {
    return IntStream.range(0, count)
        .<JsonNode>mapToObj(i -> JSON.stringNode("http://host/" + i))
        .toList();
  }
}
