package dev.stygian.graph.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stygian.graph.error.QueueUnavailableException;
import dev.stygian.graph.pipeline.Pipeline;
import dev.stygian.graph.queue.LocalWorkQueue;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.queue.WorkQueue;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.service.ServiceRegistry;
import dev.stygian.graph.settings.Environment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Workers of several queues that share the slots of one process. */
final class SharedSlotsTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  private final WorkQueue first = new LocalWorkQueue();
  private final WorkQueue second = new LocalWorkQueue();
  private final Queue<String> executed = new ConcurrentLinkedQueue<>();
  private final List<Worker> workers = new ArrayList<>();
  private final ServiceRegistry registry = registry(this::note);

  private static ServiceRegistry registry(ScriptedService.Script script) {
    return ServiceRegistry.of(
        List.of(new ScriptedService("x", script)), Environment.of(Collections.emptyMap()));
  }

  private Outcome note(ServiceCall call) {
    executed.add(call.pipelineId());
    return Outcome.success(JsonNodeFactory.instance.booleanNode(true));
  }

  @AfterEach
  void close() {
    workers.forEach(Worker::close);
    first.close();
    second.close();
  }

  private void submit(WorkQueue queue, String run, int items) throws InterruptedException {
    String toml = "id = \"" + run + "\"\n[[nodes]]\nid = \"a\"\nservice = \"x\"\n";
    Pipeline pipeline = OnQueue.parse(registry, toml);
    List<JsonNode> inputs =
        IntStream.range(0, items)
            .<JsonNode>mapToObj(i -> JsonNodeFactory.instance.stringNode(run + i))
            .toList();
    Submitter.open(queue, new RunId(run), pipeline, registry, false).submitAll(inputs.iterator());
  }

  private void work(WorkQueue queue, ServiceRegistry by, SharedSlots.Part part, int slots) {
    workers.add(Worker.start(queue, by, WorkerOptions.of(slots), part));
  }

  private static boolean isFinished(WorkQueue queue, String run) {
    return queue.ledger().status(new RunId(run)).state() == RunStatus.State.FINISHED;
  }

  private void workOnBoth(SharedSlots slots, int firstWeight, int secondRank) {
    SharedSlots.Part ofFirst = slots.part(0, firstWeight);
    SharedSlots.Part ofSecond = slots.part(secondRank, 1);
    work(second, registry, ofSecond, 1);
    work(first, registry, ofFirst, 1);
  }

  @Test
  void queuesWithWorkGetTasksByTheirWeight() throws Exception {
    submit(first, "one", 6_000);
    submit(second, "two", 6_000);
    workOnBoth(new SharedSlots(1), 10, 0);

    await().atMost(SOON).until(() -> isFinished(first, "one"));

    long ofFirst = 0;
    long ofSecond = 0;
    List<String> order = List.copyOf(executed);
    int bothWork = order.indexOf("one"); // one worker begins before the other
    for (String pipeline : order.subList(bothWork, order.size())) {
      if (ofFirst < 5_500) {
        ofFirst += pipeline.equals("one") ? 1 : 0;
        ofSecond += pipeline.equals("two") ? 1 : 0;
      }
    }
    assertThat(ofSecond).isBetween(400L, 700L);
  }

  @Test
  void aQueueWithoutWorkTakesNothingFromTheOthers() throws Exception {
    submit(second, "two", 2_000);
    workOnBoth(new SharedSlots(1), 1_000, 0);

    await().atMost(SOON).until(() -> isFinished(second, "two"));
  }

  @Test
  void aQueueOfALaterRankIsServedWhileTheEarlierOnesHaveNoWork() throws Exception {
    submit(first, "one", 400);
    submit(second, "two", 400);
    workOnBoth(new SharedSlots(1), 1, 1);

    await().atMost(SOON).until(() -> isFinished(first, "one") && isFinished(second, "two"));

    List<String> order = List.copyOf(executed);
    assertThat(order.subList(0, 400)).containsOnly("one");
    assertThat(order.subList(400, 800)).containsOnly("two");
  }

  @Test
  void idleQueuesAreWaitedForAllAtOnce() throws Exception {
    workOnBoth(new SharedSlots(2), 1, 1);
    for (int i = 0; i < 5; i++) {
      submit(second, "two" + i, 1);
      int round = i;
      await().atMost(SOON).until(() -> isFinished(second, "two" + round));
      submit(first, "one" + i, 1);
      await().atMost(SOON).until(() -> isFinished(first, "one" + round));
    }
  }

  @Test
  void aQueueThatIsAwayDoesNotKeepTheOthersFromWorking() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    WorkQueue hanging = failing(first, () -> never.await());
    WorkQueue away = failing(first, () -> {});
    submit(second, "two", 2_000);
    SharedSlots slots = new SharedSlots(1);
    SharedSlots.Part ofHanging = slots.part(0, 1);
    SharedSlots.Part ofAway = slots.part(0, 1);
    SharedSlots.Part ofSecond = slots.part(1, 1);
    work(hanging, registry, ofHanging, 1);
    work(away, registry, ofAway, 1);
    work(second, registry, ofSecond, 1);

    await().atMost(SOON).until(() -> isFinished(second, "two"));
  }

  /** What a request for leases does before it fails. */
  @FunctionalInterface
  private interface Before {
    void run() throws InterruptedException;
  }

  private static WorkQueue failing(WorkQueue queue, Before before) {
    return (WorkQueue)
        Proxy.newProxyInstance(
            WorkQueue.class.getClassLoader(),
            new Class<?>[] {WorkQueue.class},
            (_, method, arguments) -> {
              if (method.getName().equals("lease")) {
                before.run();
                throw new QueueUnavailableException("away");
              }
              try {
                return method.invoke(queue, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void aPausedRunInAQueueDoesNotKeepTheOthersFromWorking() throws Exception {
    submit(first, "one", 10);
    submit(second, "two", 500);
    first.ledger().pause(new RunId("one"));
    workOnBoth(new SharedSlots(1), 1, 1);

    await().atMost(SOON).until(() -> isFinished(second, "two"));

    first.ledger().resume(new RunId("one"));
    await().atMost(SOON).until(() -> isFinished(first, "one"));
  }

  @Test
  void I11_a_stop_hands_back_what_was_leased_of_all_queues() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(2);
    ServiceRegistry hanging =
        registry(call -> {
          begun.countDown();
          never.await();
          return note(call);
        });
    submit(first, "one", 20);
    submit(second, "two", 20);
    SharedSlots slots = new SharedSlots(2);
    SharedSlots.Part ofFirst = slots.part(0, 1);
    SharedSlots.Part ofSecond = slots.part(0, 1);
    work(first, hanging, ofFirst, 2);
    work(second, hanging, ofSecond, 2);
    begun.await();

    for (Worker worker : workers) {
      worker.stop(Duration.ZERO);
    }

    for (var queue : Map.of("one", first, "two", second).entrySet()) {
      RunId run = new RunId(queue.getKey());
      var counts = queue.getValue().ledger().status(run).nodes().getFirst();
      assertThat(counts.leased()).isZero();
      assertThat(counts.waiting()).isEqualTo(20);
      assertThat(counts.retries()).isZero();
    }
    assertThat(executed).isEmpty();
  }
}
