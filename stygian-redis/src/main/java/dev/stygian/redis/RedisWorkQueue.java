package dev.stygian.redis;

import static dev.stygian.redis.Keys.bytes;

import dev.stygian.graph.error.QueueClosedException;
import dev.stygian.graph.queue.CollectedPage;
import dev.stygian.graph.queue.Completion;
import dev.stygian.graph.queue.Emission;
import dev.stygian.graph.queue.Emitted;
import dev.stygian.graph.queue.Expense;
import dev.stygian.graph.queue.Heartbeat;
import dev.stygian.graph.queue.LaneSpec;
import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.LeaseRequest;
import dev.stygian.graph.queue.Nack;
import dev.stygian.graph.queue.Notes;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunLedger;
import dev.stygian.graph.queue.RunLimits;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.queue.Settled;
import dev.stygian.graph.queue.Settlement;
import dev.stygian.graph.queue.Submission;
import dev.stygian.graph.queue.Task;
import dev.stygian.graph.queue.TaskId;
import dev.stygian.graph.queue.Visit;
import dev.stygian.graph.queue.WorkQueue;
import dev.stygian.graph.settings.Durability;
import dev.stygian.graph.settings.Environment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The work queue on a Redis or Valkey server. Tasks lie in chunks, one string per enqueued batch of
 * a lane; a lane is a list of chunks; a lease is a range of a chunk with one number, one deadline
 * and the tasks in it that are still open. Every change of state is one script, so any process may
 * die at any moment; {@code docs/queue-protocol.md} tells the whole. Costs about one call per batch
 * of what this process's threads ask for at the same time.
 */
public final class RedisWorkQueue implements WorkQueue {
  private static final int DEQUEUE_ATTEMPTS = 3;
  private static final int MOST_RELIEVED = 100;
  private static final int ENQUEUE_BATCH = 500;
  private static final long ENQUEUE_BATCH_BYTES = 1 << 20;

  private final RedisSettings settings;
  private final Keys keys;
  private final RedisLink link;
  private final SoleRuns sole;
  private final OpenRuns runs;
  private final Leaser leaser;
  private final Enqueuer enqueuer;
  private final Wakeups wakeups;
  private final Settlements settlements;
  private final RedisRunLedger ledger;
  private final VisitBook visitBook;
  private final RedisNotes notes;
  private final Emitter emitter;
  private final PartOutputs partOutputs;
  private final CommandBatcher<Task, TaskId> single;
  private final String submitter = "q:" + UUID.randomUUID();
  private final Map<RunId, Long> submitted = new LinkedHashMap<>();
  private volatile boolean sealed;

  private RedisWorkQueue(RedisSettings settings) {
    this(settings, new Keys(settings.queueName()));
  }

  private RedisWorkQueue(RedisSettings settings, Keys keys) {
    this(settings, keys, new RedisLink(settings, keys));
  }

  private RedisWorkQueue(RedisSettings settings, Keys keys, RedisLink link) {
    this.settings = settings;
    this.keys = keys;
    this.link = link;
    Names names = new Names();
    this.sole = new SoleRuns(link, names);
    this.runs = new OpenRuns(link, keys, sole);
    ServerClock clock = new ServerClock(link);
    this.leaser = new Leaser(link, keys, runs, clock);
    this.enqueuer = new Enqueuer(link, keys, names, runs, sole);
    this.wakeups = new Wakeups(link, keys);
    this.settlements = new Settlements(link, keys, names, runs);
    this.visitBook = new VisitBook(link, keys, runs, clock);
    this.notes = new RedisNotes(link, keys);
    this.emitter = new Emitter(link, runs, sole);
    this.partOutputs = new PartOutputs(link, keys, runs);
    this.ledger = new RedisRunLedger(link, keys, runs, visitBook);
    link.whenFull(() -> link.attempt(LuaScript.RELIEVE, runs.numbers(MOST_RELIEVED)));
    this.single =
        new CommandBatcher<>(
            "enqueue", ENQUEUE_BATCH, ENQUEUE_BATCH_BYTES, t -> t.input().size(), this::enqueueAll);
  }

  /**
   * Opens the queue of this process's environment on a server: {@code redis://HOST:PORT}. Nothing
   * is sent before the first call.
   */
  public static RedisWorkQueue open(String url) {
    return open(RedisSettings.withEnv(url, Environment.ofProcess()));
  }

  public static RedisWorkQueue open(RedisSettings settings) {
    return new RedisWorkQueue(settings);
  }

  /**
   * Another queue at the same place, whose connections count against the same bound. Each is closed
   * for itself.
   */
  public RedisWorkQueue another(String queueName) {
    RedisSettings ofQueue = settings.withQueueName(queueName);
    Keys ofThat = new Keys(queueName);
    return new RedisWorkQueue(ofQueue, ofThat, link.another(ofQueue, ofThat));
  }

  @Override
  public void open(RunSpec run) {
    try {
      runs.open(run);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  @Override
  public void enqueue(
      RunId run, String from, long position, List<Submission> batch, Duration patience)
      throws InterruptedException {
    enqueuer.enqueue(run, from, position, batch, patience);
  }

  @Override
  public void closeInput(RunId run) {
    try {
      OpenRuns.Known known = runs.known(run);
      closeOnce(run, known.number());
      sole.forget(known.number());
      if (known.spec().limits().durability() == Durability.REPLICATED) {
        link.replicate();
        while (!isClosed(known.number())) { // by a server that took over before it had that
          closeOnce(run, known.number());
          link.replicate();
        }
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private void closeOnce(RunId run, long number) throws InterruptedException {
    String reply = link.word(LuaScript.CLOSE, List.of(bytes(Long.toString(number))));
    if (reply.equals("unknown")) {
      runs.forget(run);
      throw OpenRuns.unknown(run);
    }
  }

  private boolean isClosed(long number) throws InterruptedException {
    byte[] closed = link.ask("hget", s -> s.hget(keys.run(number), bytes("closed")));
    return closed != null && closed.length == 1 && closed[0] == '1';
  }

  @Override
  public List<Lease> lease(LeaseRequest request) throws InterruptedException {
    long end = System.nanoTime() + request.patience().toNanos();
    List<Lease> leases =
        leaser.isDry(request.services()) && request.patience().isPositive()
            ? List.of()
            : leaser.lease(leaser.ask(request));
    while (leases.isEmpty()) {
      Duration left = Duration.ofNanos(end - System.nanoTime());
      if (!left.isPositive()) {
        break;
      }
      leases = leaser.leaseWhenSignalled(wakeups, leaser.ask(request), left);
      if (leases.isEmpty() && Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
    return leases;
  }

  @Override
  public Settled complete(Completion completion) throws InterruptedException {
    return settlements.settle(completion);
  }

  @Override
  public Settled nack(Nack nack) throws InterruptedException {
    return settlements.settle(nack);
  }

  @Override
  public List<Settled> settle(List<? extends Settlement> ends) throws InterruptedException {
    return settlements.settleAll(ends);
  }

  @Override
  public Optional<Emitted> emit(Lease lease, List<Emission> batch, long limit)
      throws InterruptedException {
    return emitter.emit(lease, batch, limit);
  }

  @Override
  public Optional<Emitted> emitParts(Lease lease, List<Emission> batch, long from)
      throws InterruptedException {
    return emitter.emitParts(lease, batch, from);
  }

  @Override
  public Optional<CollectedPage> collected(Lease lease, long from) throws InterruptedException {
    return partOutputs.read(lease, from);
  }

  @Override
  public void dropCollected(Lease lease, long parts) throws InterruptedException {
    partOutputs.drop(lease, parts);
  }

  @Override
  public void visited(List<Visit> visits) throws InterruptedException {
    visitBook.book(visits);
  }

  @Override
  public void spent(List<Expense> expenses) throws InterruptedException {
    visitBook.bookExpenses(expenses);
  }

  @Override
  public Heartbeat.Renewal renew(Heartbeat heartbeat) {
    List<byte[]> arguments = new ArrayList<>();
    arguments.add(bytes(heartbeat.worker()));
    arguments.add(bytes(Integer.toString(heartbeat.slots())));
    arguments.add(bytes(Long.toString(heartbeat.visibility().toMillis())));
    arguments.add(bytes(Integer.toString(heartbeat.leases().size())));
    heartbeat.leases().forEach(lease -> arguments.add(bytes(Long.toString(lease))));
    heartbeat.services().forEach(service -> arguments.add(bytes(service)));
    try {
      link.requireProtocol();
      List<?> reply = link.list(LuaScript.RENEW, arguments);
      Set<Long> lost = new HashSet<>();
      Replies.list(reply.get(0)).forEach(lease -> lost.add(Replies.number(lease)));
      Set<RunId> cancelled = new HashSet<>();
      Replies.list(reply.get(1)).forEach(id -> cancelled.add(new RunId(Replies.text(id))));
      return new Heartbeat.Renewal(lost, cancelled);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  @Override
  public RunLedger ledger() {
    return ledger;
  }

  @Override
  public Notes notes() {
    return notes;
  }

  @Override
  public TaskId enqueue(Task task) throws InterruptedException {
    if (sealed) {
      throw new QueueClosedException("this queue object was sealed; it enqueues no more");
    }
    return single.ask(task);
  }

  private List<TaskId> enqueueAll(List<Task> tasks) throws InterruptedException {
    Map<RunId, List<Task>> byRun = new LinkedHashMap<>();
    tasks.forEach(t -> byRun.computeIfAbsent(t.id().run(), r -> new ArrayList<>()).add(t));
    for (var run : byRun.entrySet()) {
      openFor(run.getValue().getFirst());
      // a batch that failed may have been accepted in part: then the queue knows how far
      Long known = submitted.remove(run.getKey());
      long position = known == null ? ledger.accepted(run.getKey(), submitter) : known;
      List<Submission> batch =
          run.getValue().stream()
              .map(t -> new Submission(t.id().item(), t.input(), List.of(t), List.of()))
              .toList();
      enqueuer.enqueue(run.getKey(), submitter, position, batch, Duration.ofDays(36500));
      submitted.put(run.getKey(), position + batch.size());
    }
    return tasks.stream().map(Task::id).toList();
  }

  private void openFor(Task task) throws InterruptedException {
    RunId id = task.id().run();
    if (runs.find(id).isEmpty()) {
      LaneSpec lane =
          new LaneSpec(task.id().node(), task.service(), 0, List.of(), DEQUEUE_ATTEMPTS);
      runs.openBesideOthers(
          new RunSpec(id, id.value(), "", List.of(lane), 1, false, RunLimits.defaults()));
    }
  }

  @Override
  public Optional<Lease> dequeue() throws InterruptedException {
    while (true) {
      List<Lease> one =
          lease(new LeaseRequest(Set.of(), 1, LeaseRequest.AS_RUN, Duration.ofSeconds(1)));
      if (!one.isEmpty()) {
        return Optional.of(one.getFirst());
      }
      if (sealed && depth() == 0) {
        return Optional.empty();
      }
    }
  }

  private long depth() throws InterruptedException {
    byte[] depth = link.ask("hget", s -> s.hget(keys.meta(), bytes("depth")));
    return depth == null ? 0 : Replies.number(depth);
  }

  @Override
  public void seal() {
    sealed = true;
  }

  private static QueueClosedException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new QueueClosedException("interrupted while asking the queue", e);
  }

  @Override
  public void close() {
    single.close();
    settlements.close();
    link.close();
  }
}
