package dev.stygian.graph.queue;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stygian.graph.item.Payload;
import dev.stygian.graph.queue.RunStatus.NodeCounts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A queue under test with the moves that tests make: {@link #finish} does to a lease what an engine
 * does that executed the node.
 */
public final class QueueFixture implements AutoCloseable {
  /** Leases that are not to run out while a test goes on. */
  public static final Duration LONG = Duration.ofMinutes(5);

  /** Leases that a test lets run out. */
  public static final Duration SHORT = Duration.ofSeconds(1);

  /** What a test waits for comes within this time or never. */
  public static final Duration SOON = Duration.ofSeconds(20);

  private static final String SUBMITTER = "test";

  public final WorkQueue queue;
  private final Supplier<WorkQueue> opener;
  private final Consumer<Duration> clock;
  private final List<WorkQueue> opened = new ArrayList<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /**
   * A fixture.
   *
   * @param opener opens another object on the same queue
   * @param clock makes time pass for the queue
   */
  public QueueFixture(Supplier<WorkQueue> opener, Consumer<Duration> clock) {
    this.opener = opener;
    this.clock = clock;
    this.queue = another();
  }

  /** Another object on the same queue, as another process would have. */
  public synchronized WorkQueue another() {
    WorkQueue another = opener.get();
    opened.add(another);
    return another;
  }

  public RunLedger ledger() {
    return queue.ledger();
  }

  public void elapse(Duration time) {
    clock.accept(time);
  }

  public <T> Future<T> start(Callable<T> action) {
    return threads.submit(action);
  }

  /** What an action that was started came to, which it does soon. */
  public static <T> T soon(Future<T> future) throws InterruptedException, ExecutionException {
    try {
      return future.get(SOON.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("not done within " + SOON, e);
    }
  }

  /** Shows that an action which was started goes on waiting. */
  public static void stillWaits(Future<?> future) {
    await().during(Duration.ofMillis(150)).atMost(SOON).until(() -> !future.isDone());
  }

  public RunSpec open(Specs.RunBuilder run) {
    RunSpec spec = run.build();
    queue.open(spec);
    return spec;
  }

  /** Opens a run, puts these items in and closes the input. */
  public RunSpec submitted(Specs.RunBuilder run, String... items) throws InterruptedException {
    RunSpec spec = open(run);
    submit(spec, items);
    queue.closeInput(spec.id());
    return spec;
  }

  public void submit(RunSpec run, String... items) throws InterruptedException {
    submit(run, List.of(items).stream().map(item -> Specs.item(run, item)).toList());
  }

  /** Puts items in whose first tasks visit a host. */
  public void submit(RunSpec run, HostLane host, String... items) throws InterruptedException {
    submit(run, Stream.of(items).map(item -> Specs.visiting(run, item, host)).toList());
  }

  /** Puts items in behind those that this way put in before. */
  public void submit(RunSpec run, List<Submission> items) throws InterruptedException {
    long position = ledger().accepted(run.id(), SUBMITTER);
    queue.enqueue(run.id(), SUBMITTER, position, items, SOON);
  }

  public static LeaseRequest request(int max, Duration visibility, Duration patience) {
    return new LeaseRequest(Set.of(), max, visibility, patience);
  }

  /** What can be leased at once. */
  public List<Lease> leaseUpTo(int max) throws InterruptedException {
    return queue.lease(request(max, LONG, Duration.ZERO));
  }

  /** Leases one task, which there must be soon. */
  public Lease leaseOne() throws InterruptedException {
    return leaseOne(LONG);
  }

  public Lease leaseOne(Duration visibility) throws InterruptedException {
    List<Lease> leases = queue.lease(request(1, visibility, SOON));
    assertThat(leases).as("leases").hasSize(1);
    return leases.getFirst();
  }

  public Lease leaseOne(String service) throws InterruptedException {
    List<Lease> leases = queue.lease(new LeaseRequest(Set.of(service), 1, LONG, SOON));
    assertThat(leases).as("leases of service %s", service).hasSize(1);
    return leases.getFirst();
  }

  /** Leases one task of a run, which there must be soon; others stay leased. */
  public Lease leaseOf(RunSpec run) throws InterruptedException {
    while (true) {
      Lease lease = leaseOne();
      if (lease.task().id().run().equals(run.id())) {
        return lease;
      }
    }
  }

  public void nothingToLease() throws InterruptedException {
    assertThat(leaseUpTo(10)).as("leases").isEmpty();
  }

  /** Completes a lease as an engine does, with an output that names item and node. */
  public Settled finish(Lease lease) throws InterruptedException {
    return finish(queue, lease);
  }

  public Settled finish(WorkQueue by, Lease lease) throws InterruptedException {
    return by.complete(completion(lease, output(lease.task())));
  }

  public Settled finish(Lease lease, String output) throws InterruptedException {
    return queue.complete(completion(lease, output));
  }

  /** What {@link #finish} puts out. */
  public static String output(Task task) {
    return task.id().item() + " after " + task.id().node();
  }

  public Completion completion(Lease lease, String output) {
    RunSpec run = ledger().find(lease.task().id().run()).orElseThrow();
    NodeResult result = result(run, lease.task(), output, lease.attempt());
    return new Completion(lease, List.of(result), releases(run, lease.task()));
  }

  /** The output of a node that a lease brought along. */
  public static String input(Lease lease, String node) {
    Payload output = lease.inputs().get(node);
    assertThat(output).as("output of %s", node).isNotNull();
    return Specs.textOf(requireNonNull(output));
  }

  /** The booking of an executed node. */
  public static NodeResult result(RunSpec run, Task task, String output, int attempts) {
    boolean last = Specs.successors(run, task.id().node()).isEmpty();
    return new NodeResult(task.id().node(), task.key(), Specs.text(output), attempts, last, !last);
  }

  /** The successors that an executed node releases. */
  public static List<Release> releases(RunSpec run, Task task) {
    TaskId id = task.id();
    return Specs.successors(run, id.node()).stream()
        .map(lane ->
            new Release(
                Specs.task(run, id.item(), lane.node(), run.id().value()), lane.inputs().size()))
        .toList();
  }

  public Settled fail(Lease lease, String error, Duration delay) throws InterruptedException {
    Nack.Verdict again = new Nack.Verdict.Retry(error, delay);
    return queue.nack(new Nack(lease, List.of(), lease.task(), lease.attempt(), again));
  }

  public Settled bury(Lease lease, String error) throws InterruptedException {
    Nack.Verdict dead = new Nack.Verdict.Bury(error);
    return queue.nack(new Nack(lease, List.of(), lease.task(), lease.attempt(), dead));
  }

  public Settled handBack(Lease lease) throws InterruptedException {
    Nack.Verdict back = new Nack.Verdict.HandBack();
    return queue.nack(new Nack(lease, List.of(), lease.task(), lease.attempt(), back));
  }

  /** Leases and finishes until nothing waits any more. */
  public List<Lease> finishAll() throws InterruptedException {
    List<Lease> finished = new ArrayList<>();
    List<Lease> some = leaseUpTo(100);
    while (!some.isEmpty()) {
      for (Lease lease : some) {
        assertThat(finish(lease)).isInstanceOf(Settled.Booked.class);
      }
      finished.addAll(some);
      some = leaseUpTo(100);
    }
    return finished;
  }

  public RunStatus status(RunSpec run) {
    return ledger().status(run.id());
  }

  public NodeCounts counts(RunSpec run, String node) {
    return status(run).nodes().stream()
        .filter(counts -> counts.node().equals(node))
        .findFirst()
        .orElseThrow();
  }

  /** All results so far, from the first. */
  public List<Result> results(RunSpec run) throws InterruptedException {
    return ledger().results(run.id(), ResultBatch.START, 1_000_000, Duration.ZERO).results();
  }

  /** The outputs of all results so far. */
  public List<String> outputs(RunSpec run) throws InterruptedException {
    return results(run).stream().map(result -> Specs.textOf(result.output())).toList();
  }

  public List<DeadLetter> deadLetters(RunSpec run) {
    return ledger().deadLetters(run.id(), "", 1_000);
  }

  /** Shows that a run is over and its books are balanced. */
  public void isFinished(RunSpec run, long done, long dead) {
    RunStatus status = status(run);
    assertThat(status.state()).isEqualTo(RunStatus.State.FINISHED);
    assertThat(status.finished()).isPresent();
    assertThat(status.done()).as("done").isEqualTo(done);
    assertThat(status.dead()).as("dead").isEqualTo(dead);
    assertThat(status.inFlight()).as("in flight").isZero();
    assertThat(status.nodes())
        .allSatisfy(n -> assertThat(n.waiting() + n.delayed() + n.leased()).isZero());
  }

  @Override
  public void close() {
    threads.shutdownNow();
    opened.forEach(WorkQueue::close);
    threads.close();
  }

  /** Reports a request to a host that was sent just now. */
  void visited(RunSpec run, String host, Visit.Answer answer) throws InterruptedException {
    Duration took = Duration.ofMillis(5);
    queue.visited(List.of(new Visit(run.id(), "a", host, System.nanoTime(), took, 10, answer)));
  }

  /**
   * Hands a task back.
   *
   * @param unused whether its start at a host was not used
   */
  void handBack(Lease lease, boolean unused) throws InterruptedException {
    queue.nack(
        new Nack(
            lease,
            List.of(),
            lease.task(),
            lease.attempt(),
            new Nack.Verdict.HandBack(unused, Duration.ZERO)));
  }
}
