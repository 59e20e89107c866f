package dev.stygian.bench.macro;

import dev.stygian.graph.item.Payload;
import dev.stygian.graph.queue.Completion;
import dev.stygian.graph.queue.Heartbeat;
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
import dev.stygian.graph.queue.Settled;
import dev.stygian.graph.queue.Submission;
import dev.stygian.graph.queue.Task;
import dev.stygian.graph.queue.TaskId;
import dev.stygian.graph.queue.WorkQueue;
import dev.stygian.redis.RedisSettings;
import dev.stygian.redis.RedisWorkQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Our queue with its whole protocol: submissions with real keys as the engine makes them, leases
 * that a heartbeat renews, completions that are checked, results that a consumer reads and commits.
 * A lane belongs to a node of a run, so many lanes are the nodes of many runs; the tasks of a lane
 * are enqueued together, and each is an item of its own, as in {@code executeWave}.
 */
final class OurPath implements TaskPath {
  private static final String SERVICE = "noop";
  private static final Duration LONG = Duration.ofMinutes(2);
  private static final Duration EMPTY_FOR = Duration.ofMillis(300);
  private static final int RESULTS_AT_ONCE = 1000;
  private static final int AT_ONCE = 32;

  private final WorkQueue queue;
  private final List<RunId> runs;
  private final Map<RunId, List<Node>> nodes;
  private final boolean sharesKeys;
  private final int batch;
  private final Payload result = Inputs.result();
  private final Set<Long> held = ConcurrentHashMap.newKeySet();
  private String position = ResultBatch.START;
  private long taken;
  private volatile int tasksPerRun = Integer.MAX_VALUE;

  /** A node of a run that tasks start at, and what its keys are made in. */
  private record Node(String id, IdempotencyKey.Scope scope) {}

  /**
   * A path with so many lanes, as near to a square of runs and nodes as they make. Each run is of a
   * pipeline of its own.
   *
   * @param sharesKeys whether another run of the first one's pipeline is opened beside it
   */
  OurPath(String url, int lanes, boolean sharesKeys, int batch) {
    this.sharesKeys = sharesKeys;
    this.queue = RedisWorkQueue.open(RedisSettings.of(url).withQueueName("bench"));
    this.batch = batch;
    int side = (int) Math.sqrt(lanes);
    this.runs = IntStream.range(0, side).mapToObj(i -> new RunId("bench-" + i)).toList();
    this.nodes =
        runs.stream().collect(Collectors.toMap(run -> run, run -> nodes(run, lanes / side)));
  }

  private static List<Node> nodes(RunId run, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "work-" + i)
        .map(id -> new Node(id, IdempotencyKey.Scope.of(run.value(), id, "", "")))
        .toList();
  }

  @Override
  public void open() throws InterruptedException {
    RunLimits limits = RunLimits.defaults();
    RunLimits roomy =
        new RunLimits(
            1L << 40,
            limits.undeliveredResults(),
            limits.undeliveredBytes(),
            limits.resultTtl(),
            limits.resultBudget(),
            limits.retention(),
            limits.visibility());
    forEachRun(run -> open(run, run.value(), roomy));
    if (sharesKeys) {
      open(new RunId("beside"), runs.getFirst().value(), roomy);
    }
  }

  private void open(RunId run, String pipeline, RunLimits limits) {
    List<LaneSpec> lanes =
        nodesOf(runs.getFirst()).stream()
            .map(n -> new LaneSpec(n.id(), SERVICE, 0, List.of(), 3))
            .toList();
    queue.open(new RunSpec(run, pipeline, "", lanes, 1, false, limits));
  }

  private List<Node> nodesOf(RunId run) {
    return Objects.requireNonNull(nodes.get(run));
  }

  private void forEachRun(Consumer<RunId> order) throws InterruptedException {
    int members = Math.min(runs.size(), AT_ONCE);
    Crew.of(
        members,
        member -> {
          for (int i = member; i < runs.size(); i += members) {
            order.accept(runs.get(i));
          }
        });
  }

  @Override
  public void produce(int producer, int producers, int tasks) throws InterruptedException {
    if (runs.size() == 1) {
      int share = tasks / producers;
      submit(runs.getFirst(), "producer-" + producer, producer * share, share);
      return;
    }
    int share = tasks / runs.size();
    tasksPerRun = share;
    for (int run = producer; run < runs.size(); run += producers) {
      submit(runs.get(run), "producer", run * share, share);
    }
  }

  /** Each node has its stretch of a run's tasks. */
  private Node nodeOf(RunId run, int number) {
    List<Node> all = nodesOf(run);
    return all.get((int) ((long) (number % tasksPerRun) * all.size() / tasksPerRun));
  }

  private void submit(RunId run, String submitter, int first, int count)
      throws InterruptedException {
    for (int position = 0; position < count; position += batch) {
      int end = Math.min(position + batch, count);
      queue.enqueue(
          run, submitter, position, submissions(run, first + position, first + end), LONG);
    }
  }

  /** Enqueues the tasks from one number up to another, as the only producer of the only lane. */
  void enqueue(int from, int to) throws InterruptedException {
    RunId run = runs.getFirst();
    for (int first = from; first < to; first += batch) {
      int end = Math.min(first + batch, to);
      queue.enqueue(run, "producer", first, submissions(run, first, end), LONG);
    }
  }

  private List<Submission> submissions(RunId run, int first, int end) {
    List<Submission> items = new ArrayList<>(end - first);
    for (int i = first; i < end; i++) {
      items.add(submission(run, i));
    }
    return items;
  }

  private Submission submission(RunId run, int number) {
    var input = Inputs.input(number);
    Payload payload = Payload.of(input);
    Node node = nodeOf(run, number);
    IdempotencyKey key = node.scope().key(IdempotencyKey.digest(input));
    TaskId id = new TaskId(run, Integer.toString(number), node.id());
    // an item that is a task of one of several nodes has no last nodes of its own to be found at
    List<IdempotencyKey> lastKeys = nodesOf(run).size() == 1 ? List.of(key) : List.of();
    return new Submission(
        id.item(), payload, List.of(new Task(id, SERVICE, key, payload)), lastKeys);
  }

  @Override
  public void endInput() throws InterruptedException {
    forEachRun(queue::closeInput);
  }

  @Override
  public void work(int threads) throws InterruptedException {
    try (var heart = Executors.newSingleThreadScheduledExecutor()) {
      var _ = heart.scheduleAtFixedRate(() -> beat(threads), 1, 1, TimeUnit.SECONDS);
      Crew.of(threads, thread -> leaseAndComplete());
      heart.shutdownNow();
    }
  }

  private void beat(int threads) {
    queue.renew(
        new Heartbeat("bench", Set.of(SERVICE), threads, Set.copyOf(held), LeaseRequest.AS_RUN));
  }

  private void leaseAndComplete() throws InterruptedException {
    List<Lease> leases = lease(batch);
    while (!leases.isEmpty()) {
      leases.forEach(lease -> held.add(lease.token().lease()));
      complete(leases);
      leases.forEach(lease -> held.remove(lease.token().lease()));
      leases = lease(batch);
    }
  }

  /** Leases and completes so many tasks on this thread, however many more there are. */
  void leaseAndComplete(int tasks) throws InterruptedException {
    int left = tasks;
    while (left > 0) {
      List<Lease> leases = lease(Math.min(batch, left));
      complete(leases);
      left -= leases.size();
    }
  }

  private List<Lease> lease(int most) throws InterruptedException {
    return queue.lease(new LeaseRequest(Set.of(SERVICE), most, LeaseRequest.AS_RUN, EMPTY_FOR));
  }

  private void complete(List<Lease> leases) throws InterruptedException {
    List<Completion> ends = new ArrayList<>(leases.size());
    leases.forEach(lease -> ends.add(new Completion(lease, List.of(end(lease)), List.of())));
    for (Settled end : queue.settle(ends)) {
      if (!(end instanceof Settled.Booked)) {
        throw new IllegalStateException("a completion was not booked: " + end);
      }
    }
  }

  private NodeResult end(Lease lease) {
    Task task = lease.task();
    return new NodeResult(task.id().node(), task.key(), result, lease.attempt(), true, false);
  }

  @Override
  public void consume(int tasks) throws InterruptedException {
    long results = 0;
    for (RunId run : runs) {
      results += consume(run);
    }
    if (results != tasks) {
      throw new IllegalStateException(results + " results of " + tasks + " tasks");
    }
  }

  private long consume(RunId run) throws InterruptedException {
    ResultBatch some = new ResultBatch(List.of(), ResultBatch.START, false);
    long results = 0;
    while (!some.ended()) {
      some = deliver(run, some.position(), results);
      results += some.results().size();
    }
    return results;
  }

  /** Takes results of the only lane until at least so many have come since the start. */
  void take(int tasks) throws InterruptedException {
    while (taken < tasks) {
      ResultBatch some = deliver(runs.getFirst(), position, taken);
      position = some.position();
      taken += some.results().size();
    }
  }

  private ResultBatch deliver(RunId run, String from, long before) throws InterruptedException {
    RunLedger ledger = queue.ledger();
    ResultBatch some = ledger.results(run, from, RESULTS_AT_ONCE, Duration.ofSeconds(1));
    if (!some.results().isEmpty()) {
      long bytes = before + some.results().size(); // a sink's length: it only has to grow
      ledger.deliver(run, "bench", new RunLedger.Delivery(some.position(), bytes));
    }
    return some;
  }

  @Override
  public void close() {
    queue.close();
  }
}
