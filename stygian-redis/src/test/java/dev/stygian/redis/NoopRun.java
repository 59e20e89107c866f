package dev.stygian.redis;

import dev.stygian.graph.item.Payload;
import dev.stygian.graph.queue.Completion;
import dev.stygian.graph.queue.IdempotencyKey;
import dev.stygian.graph.queue.LaneSpec;
import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.LeaseRequest;
import dev.stygian.graph.queue.NodeResult;
import dev.stygian.graph.queue.ResultBatch;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunLedger;
import dev.stygian.graph.queue.RunLimits;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.queue.Settled;
import dev.stygian.graph.queue.Submission;
import dev.stygian.graph.queue.Task;
import dev.stygian.graph.queue.TaskId;
import dev.stygian.graph.queue.WorkQueue;
import dev.stygian.graph.settings.Durability;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import tools.jackson.databind.node.JsonNodeFactory;

/** A run of one node, and the moves of whoever works on it. */
record NoopRun(RunId id, String pipeline) {
  private static final Duration LONG = Duration.ofMinutes(1);

  static NoopRun of(String id) {
    return new NoopRun(new RunId(id), id);
  }

  void open(WorkQueue queue) {
    open(queue, RunLimits.defaults());
  }

  /** Opens it as one that waits for a replica. */
  void openReplicated(WorkQueue queue) {
    RunLimits usual = RunLimits.defaults();
    open(
        queue,
        new RunLimits(
            usual.maxDepth(),
            usual.undeliveredResults(),
            usual.undeliveredBytes(),
            usual.resultTtl(),
            usual.resultBudget(),
            usual.retention(),
            usual.visibility(),
            Durability.REPLICATED,
            usual.weight(),
            usual.maxLeased()));
  }

  private void open(WorkQueue queue, RunLimits limits) {
    queue.open(
        new RunSpec(
            id,
            pipeline,
            "definition",
            List.of(new LaneSpec("work", "noop", 0, List.of(), 3)),
            1,
            false,
            limits));
  }

  List<Submission> items(int from, int to) {
    List<Submission> items = new ArrayList<>();
    for (int i = from; i < to; i++) {
      String url = "http://host/" + i;
      Payload input = Payload.of(JsonNodeFactory.instance.stringNode(url));
      IdempotencyKey key = IdempotencyKey.fromInput(pipeline, url);
      Task task = new Task(new TaskId(id, String.valueOf(i), "work"), "noop", key, input);
      items.add(new Submission(String.valueOf(i), input, List.of(task), List.of(key)));
    }
    return items;
  }

  void submit(WorkQueue queue, int items) throws InterruptedException {
    open(queue);
    queue.enqueue(id, "input", 0, items(0, items), LONG);
    queue.closeInput(id);
  }

  static List<Lease> lease(WorkQueue queue, int max) throws InterruptedException {
    return queue.lease(new LeaseRequest(Set.of("noop"), max, LONG, Duration.ofSeconds(1)));
  }

  static Settled complete(WorkQueue queue, Lease lease) throws InterruptedException {
    return queue.complete(completion(lease));
  }

  static Completion completion(Lease lease) {
    return new Completion(
        lease,
        List.of(
            new NodeResult(
                "work", lease.task().key(), lease.task().input(), lease.attempt(), true, false)),
        List.of());
  }

  /** Leases and completes until nothing of the queue is left to be had. */
  static int work(WorkQueue queue) throws InterruptedException {
    int booked = 0;
    List<Lease> leases = lease(queue, 100);
    while (!leases.isEmpty()) {
      for (Lease lease : leases) {
        booked += complete(queue, lease) instanceof Settled.Booked ? 1 : 0;
      }
      leases = lease(queue, 100);
    }
    return booked;
  }

  /** Leases and completes, many at once, until the run is over. */
  long workToTheEnd(WorkQueue queue, ExecutorService threads) throws Exception {
    long booked = 0;
    while (queue.ledger().status(id).state() == RunStatus.State.RUNNING) {
      List<Future<Settled>> ends = new ArrayList<>();
      for (Lease lease : lease(queue, 200)) {
        ends.add(threads.submit(() -> complete(queue, lease)));
      }
      for (Future<Settled> end : ends) {
        booked += end.get() instanceof Settled.Booked ? 1 : 0;
      }
    }
    return booked;
  }

  /** Takes all results and says so to the queue; returns how many there were. */
  long deliverAll(WorkQueue queue) throws InterruptedException {
    long taken = 0;
    String position = ResultBatch.START;
    boolean ended = false;
    while (!ended) {
      ResultBatch batch = queue.ledger().results(id, position, 1000, Duration.ofSeconds(1));
      taken += batch.results().size();
      position = batch.position();
      ended = batch.ended();
      queue.ledger().deliver(id, "reader", new RunLedger.Delivery(position, taken));
    }
    return taken;
  }

  /** The items of all results, in order, read to the end of the run. */
  List<String> results(WorkQueue queue) throws InterruptedException {
    List<String> items = new ArrayList<>();
    String position = ResultBatch.START;
    boolean ended = false;
    while (!ended) {
      ResultBatch batch = queue.ledger().results(id, position, 1000, Duration.ofSeconds(1));
      batch.results().forEach(r -> items.add(r.item()));
      position = batch.position();
      ended = batch.ended();
    }
    return items;
  }
}
