package dev.stygian.graph.queue;

import dev.stygian.graph.error.BlobUnavailableException;
import dev.stygian.graph.item.BlobStore;
import dev.stygian.graph.item.Payload;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * A queue that keeps large inputs and outputs in a {@link BlobStore} and lets only references to
 * them travel. A blob is put before the queue is told of it, so a reference never comes first; what
 * the queue then refuses is waste, which goes with its run. A value is read from the store when it
 * is asked for, on the thread of the task or of the reader of results.
 *
 * <p>Blobs go with their run, see {@link #sweep}, or {@link #GRACE} after who alone had to read
 * them has done so, see {@link #deleteSpent}. Nothing is deleted unless these are called.
 *
 * <p>Smaller ones pass as they are: what may stand under an idempotency key, where other runs find
 * it, is never in a blob.
 */
public final class BlobQueue implements WorkQueue {
  /**
   * The smallest bound from which on bodies go to the store, and the default: the largest result
   * that stands under its key.
   */
  public static final int LEAST_BYTES = ResultStore.LARGEST_BYTES;

  /** How long a blob stays after its last reader: see {@link #deleteSpent}. */
  public static final Duration GRACE = SpentBlobs.GRACE;

  private static final String CHECKS = "checks";

  private final WorkQueue queue;
  private final BlobStore store;
  private final BlobFolders folders;
  private final SpentBlobs spent;
  private final int fromBytes;

  /**
   * A queue over another one; both it and the store are closed with it.
   *
   * @param fromBytes the size, compressed, above which bodies go to the store; at least {@link
   *     #LEAST_BYTES}
   */
  public BlobQueue(WorkQueue queue, BlobStore store, int fromBytes) {
    this(queue, store, fromBytes, InstantSource.system());
  }

  /** The same with a clock, by which blobs wait for their deletion. */
  public BlobQueue(WorkQueue queue, BlobStore store, int fromBytes, InstantSource clock) {
    this(queue, store, fromBytes, clock, SpentBlobs.MOST);
  }

  BlobQueue(WorkQueue queue, BlobStore store, int fromBytes, InstantSource clock, int mostSpent) {
    if (fromBytes < LEAST_BYTES) {
      throw new IllegalArgumentException(
          "bodies of at most " + LEAST_BYTES + " bytes stay in the queue, not " + fromBytes);
    }
    this.queue = queue;
    this.store = store;
    this.folders = new BlobFolders(queue.ledger());
    this.spent = new SpentBlobs(queue.ledger(), store, clock, mostSpent);
    this.fromBytes = fromBytes;
  }

  /**
   * Deletes blobs of runs that the queue has forgotten. Any number of processes may do so at once.
   *
   * @param safety blobs younger than this stay
   * @param most how many blobs are deleted at most
   * @return how many were
   */
  public int sweep(Duration safety, int most, InstantSource clock) {
    return folders.sweep(store, clock.instant().minus(safety), most);
  }

  /**
   * Deletes blobs that this object saw read for the last time, {@link #GRACE} before: outputs whose
   * one successor is done, and what belongs to results that were delivered and dropped. To be
   * called every minute or so, by one thread.
   *
   * @return how many were
   * @throws BlobUnavailableException where the store does not delete; the next call tries again
   */
  public int deleteSpent() throws InterruptedException {
    return spent.delete();
  }

  /** How many blobs it has in mind for that. */
  int countSpent() {
    return spent.count();
  }

  /**
   * Puts a blob into the store, reads it and deletes it.
   *
   * @return where the store is
   * @throws BlobUnavailableException where one of that does not work
   */
  public String check() {
    String run = "check." + UUID.randomUUID();
    Payload probe = Payload.of(JsonNodeFactory.instance.stringNode(run));
    if (!probe.keptIn(store, CHECKS, run).decode().equals(probe.decode())) {
      throw new BlobUnavailableException(
          store.place() + " gives back something else than was put there; is it a blob store?");
    }
    store.delete(CHECKS, run, Instant.MAX, 1);
    return store.place();
  }

  private boolean isLarge(Payload payload) {
    return payload.size() > fromBytes && !payload.isReference();
  }

  private Payload keepInput(RunId run, String item, Payload input) {
    return isLarge(input)
        ? input.keptIn(store, folders.queue(), BlobFolders.of(run), BlobOwner.ofInput(item))
        : input;
  }

  @Override
  public void open(RunSpec run) {
    queue.open(run);
  }

  @Override
  public void enqueue(
      RunId run, String submitter, long position, List<Submission> batch, Duration patience)
      throws InterruptedException {
    boolean any = batch.stream().anyMatch(item -> isLarge(item.input()));
    List<Submission> kept = any ? SideBySide.all(batch, item -> keep(run, item)) : batch;
    queue.enqueue(run, submitter, position, kept, patience);
  }

  private Submission keep(RunId run, Submission item) {
    if (!isLarge(item.input())) {
      return item;
    }
    Payload input = keepInput(run, item.item(), item.input());
    return new Submission(item.item(), input, with(input, item.first()), item.lastKeys());
  }

  private static List<Task> with(Payload input, List<Task> tasks) {
    return tasks.stream().map(task -> with(input, task)).toList();
  }

  private static Task with(Payload input, Task task) {
    return new Task(task.id(), task.service(), task.key(), input, task.hostLane());
  }

  @Override
  public void closeInput(RunId run) {
    queue.closeInput(run);
  }

  @Override
  public List<Lease> lease(LeaseRequest request) throws InterruptedException {
    List<Lease> leases = queue.lease(request);
    return leases.stream().anyMatch(BlobQueue::refers)
        ? leases.stream().map(this::readable).toList()
        : leases;
  }

  private static boolean refers(Lease lease) {
    return lease.task().input().isReference()
        || lease.inputs().values().stream().anyMatch(Payload::isReference);
  }

  private Lease readable(Lease lease) {
    if (!refers(lease)) {
      return lease;
    }
    Map<String, Payload> inputs = new LinkedHashMap<>();
    lease.inputs().forEach((node, output) -> inputs.put(node, output.readFrom(store)));
    return new Lease(
        lease.token(),
        readable(lease.task(), store),
        lease.attempt(),
        lease.deadline(),
        lease.visibility(),
        inputs,
        lease.stored(),
        lease.startBefore(),
        lease.capped());
  }

  /** A task whose input is read from a store where it lies there. */
  static Task readable(Task task, BlobStore store) {
    return task.input().isReference() ? with(task.input().readFrom(store), task) : task;
  }

  @Override
  public Settlement prepare(Settlement end) throws InterruptedException {
    List<NodeResult> results = end.progress().results();
    if (results.stream().noneMatch(result -> isLarge(result.output()))) {
      return end;
    }
    TaskId id = end.lease().task().id();
    List<NodeResult> kept = new ArrayList<>(results.size());
    results.forEach(result -> kept.add(keep(id.run(), id.item(), result)));
    Progress progress = new Progress(end.progress().passed(), kept, end.progress().releases());
    return switch (end) {
      case Completion(Lease lease, _) -> new Completion(lease, progress);
      case Nack(Lease lease, _, Task task, int attempt, Nack.Verdict verdict) ->
          new Nack(lease, progress, task, attempt, verdict);
    };
  }

  private NodeResult keep(RunId run, String item, NodeResult result) {
    if (!isLarge(result.output())) {
      return result;
    }
    String owner = BlobOwner.ofOutput(item, result.node());
    return new NodeResult(
        result.node(),
        result.key(),
        result.output().keptIn(store, folders.queue(), BlobFolders.of(run), owner),
        result.attempts(),
        result.last(),
        result.keep());
  }

  @Override
  public Settled complete(Completion completion) throws InterruptedException {
    Completion end = (Completion) prepare(completion);
    Map<RunId, RunBlobs> runs = spent.findAll(List.of(end));
    Settled settled = queue.complete(end);
    spent.settled(end, settled, runs);
    return settled;
  }

  @Override
  public Settled nack(Nack nack) throws InterruptedException {
    return queue.nack((Nack) prepare(nack));
  }

  @Override
  public List<Settled> settle(List<? extends Settlement> ends) throws InterruptedException {
    List<Settlement> prepared = new ArrayList<>(ends.size());
    for (Settlement end : ends) {
      prepared.add(prepare(end));
    }
    Map<RunId, RunBlobs> runs = spent.findAll(prepared);
    List<Settled> settled = queue.settle(prepared);
    for (int i = 0; i < settled.size(); i++) {
      spent.settled(prepared.get(i), settled.get(i), runs);
    }
    return settled;
  }

  @Override
  public Optional<Emitted> emit(Lease lease, List<Emission> batch, long limit)
      throws InterruptedException {
    return queue.emit(lease, keep(lease, batch), limit);
  }

  @Override
  public Optional<Emitted> emitParts(Lease lease, List<Emission> batch, long from)
      throws InterruptedException {
    return queue.emitParts(lease, keep(lease, batch), from);
  }

  private List<Emission> keep(Lease lease, List<Emission> batch) throws InterruptedException {
    RunId run = lease.task().id().run();
    return batch.stream().anyMatch(this::isLarge)
        ? SideBySide.all(batch, each -> keep(run, each))
        : batch;
  }

  private boolean isLarge(Emission each) {
    return isLarge(each.input())
        || each.result().filter(result -> isLarge(result.output())).isPresent();
  }

  private Emission keep(RunId run, Emission each) {
    if (!isLarge(each)) {
      return each;
    }
    Payload input = keepInput(run, each.item(), each.input());
    return new Emission(
        each.item(),
        input,
        with(input, each.first()),
        each.result().map(result -> keep(run, each.item(), result)));
  }

  @Override
  public Optional<CollectedPage> collected(Lease lease, long from) throws InterruptedException {
    return queue
        .collected(lease, from)
        .map(page -> new CollectedPage(page.parts(), readable(page)));
  }

  private List<Payload> readable(CollectedPage page) {
    return page.outputs().stream().map(output -> output.readFrom(store)).toList();
  }

  @Override
  public void dropCollected(Lease lease, long parts) throws InterruptedException {
    queue.dropCollected(lease, parts);
  }

  @Override
  public void spent(List<Expense> expenses) throws InterruptedException {
    queue.spent(expenses);
  }

  @Override
  public void visited(List<Visit> visits) throws InterruptedException {
    queue.visited(visits);
  }

  @Override
  public Heartbeat.Renewal renew(Heartbeat heartbeat) {
    return queue.renew(heartbeat);
  }

  @Override
  public RunLedger ledger() {
    return new BlobLedger(queue.ledger(), store, spent);
  }

  @Override
  public Notes notes() {
    return queue.notes();
  }

  @Override
  public TaskId enqueue(Task task) throws InterruptedException {
    if (!isLarge(task.input())) {
      return queue.enqueue(task);
    }
    String run = BlobFolders.of(task.id().run());
    return queue.enqueue(with(task.input().keptIn(store, folders.queue(), run), task));
  }

  @Override
  public Optional<Lease> dequeue() throws InterruptedException {
    return queue.dequeue().map(this::readable);
  }

  @Override
  public void seal() {
    queue.seal();
  }

  @Override
  public void close() {
    queue.close();
    store.close();
  }
}
