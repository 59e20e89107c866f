package dev.stygian.graph.queue;

import dev.stygian.graph.error.QueueClosedException;
import dev.stygian.graph.error.QueueFullException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The work queue in the memory of this process: nothing outlives it. One lock guards all of it;
 * memory is bounded by the maximum depth, the undelivered results and the budget of stored results.
 * Leases and delays follow the clock it is given, waiting follows the machine's.
 *
 * <p>An object is one handle: {@link #share} makes another one on the same tasks, which is sealed
 * and closed for itself, as the queue objects of several processes would be.
 */
public final class LocalWorkQueue implements WorkQueue {
  /** How long {@link #dequeue} leases a task. */
  public static final Duration DEQUEUE_VISIBILITY = Duration.ofSeconds(60);

  /** After so long a waiting thread looks by itself, whatever became of the clock. */
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  private static final Duration FOR_EVER = Duration.ofNanos(Long.MAX_VALUE);
  private static final int SIMPLE_MAX_ATTEMPTS = 3;

  private final SharedQueue shared;
  private final LocalRunLedger ledger;
  private final long lookAgainNanos;
  private boolean sealed;
  private boolean closed;

  /** A queue of its own that follows the machine's clock. */
  public LocalWorkQueue() {
    this(InstantSource.system());
  }

  /** A queue of its own that follows this clock. */
  public LocalWorkQueue(InstantSource clock) {
    this(clock, LOOK_AGAIN);
  }

  /** A queue whose waiting threads look by themselves after a time of the caller's choice. */
  LocalWorkQueue(InstantSource clock, Duration lookAgain) {
    this(new SharedQueue(clock), lookAgain.toNanos());
  }

  private LocalWorkQueue(SharedQueue shared, long lookAgainNanos) {
    this.shared = shared;
    this.lookAgainNanos = lookAgainNanos;
    this.ledger = new LocalRunLedger(shared, this);
  }

  /** Another handle on the same queue. */
  public LocalWorkQueue share() {
    return new LocalWorkQueue(shared, lookAgainNanos);
  }

  @Override
  public void open(RunSpec run) {
    locked(() -> {
      shared.open(run);
      return run;
    });
  }

  @Override
  public void enqueue(
      RunId run, String submitter, long position, List<Submission> batch, Duration patience)
      throws InterruptedException {
    long end = end(patience);
    shared.lock.lockInterruptibly();
    try {
      checkOpen();
      while (!shared.intake.enqueue(shared.run(run), submitter, position, batch)) {
        long left = end - System.nanoTime();
        if (left <= 0) {
          throw full(run, submitter, position, batch.size(), patience);
        }
        awaitRoom(Math.min(left, lookAgainNanos));
      }
    } finally {
      shared.lock.unlock();
    }
  }

  @Override
  public void closeInput(RunId run) {
    locked(() -> {
      shared.closeInput(run);
      return run;
    });
  }

  @Override
  public List<Lease> lease(LeaseRequest request) throws InterruptedException {
    return lease(request, false);
  }

  @Override
  public Settled complete(Completion completion) throws InterruptedException {
    return locked(() -> shared.complete(completion));
  }

  @Override
  public Settled nack(Nack nack) throws InterruptedException {
    return locked(() -> shared.nack(nack));
  }

  @Override
  public List<Settled> settle(List<? extends Settlement> ends) throws InterruptedException {
    return locked(() -> shared.settle(ends));
  }

  @Override
  public Optional<Emitted> emit(Lease lease, List<Emission> batch, long limit) {
    return locked(() -> shared.emit(lease, batch, limit));
  }

  @Override
  public Optional<Emitted> emitParts(Lease lease, List<Emission> batch, long from) {
    return locked(() -> shared.emitParts(lease, batch, from));
  }

  @Override
  public void spent(List<Expense> expenses) {
    locked(() -> {
      shared.spent(expenses);
      return null;
    });
  }

  @Override
  public Optional<CollectedPage> collected(Lease lease, long from) {
    return locked(() -> shared.collected(lease, from));
  }

  /** They went with the booking. */
  @Override
  public void dropCollected(Lease lease, long parts) {}

  @Override
  public void visited(List<Visit> visits) {
    locked(() -> {
      shared.visited(visits);
      return visits;
    });
  }

  @Override
  public Heartbeat.Renewal renew(Heartbeat heartbeat) {
    return locked(() -> shared.renew(heartbeat));
  }

  @Override
  public RunLedger ledger() {
    return ledger;
  }

  @Override
  public Notes notes() {
    return shared.notes;
  }

  @Override
  public TaskId enqueue(Task task) throws InterruptedException {
    TaskId id = task.id();
    LaneSpec lane = new LaneSpec(id.node(), task.service(), 0, List.of(), SIMPLE_MAX_ATTEMPTS);
    RunSpec spec =
        new RunSpec(id.run(), id.run().value(), "", List.of(lane), 1, false, RunLimits.defaults());
    Submission submission = new Submission(id.item(), task.input(), List.of(task), List.of());
    shared.lock.lockInterruptibly();
    try {
      checkOpen();
      shared.open(spec);
      while (!shared.intake.submit(shared.run(id.run()), submission)) {
        awaitRoom(lookAgainNanos);
      }
      return id;
    } finally {
      shared.lock.unlock();
    }
  }

  @Override
  public Optional<Lease> dequeue() throws InterruptedException {
    LeaseRequest any = new LeaseRequest(Set.of(), 1, LeaseRequest.AS_RUN, FOR_EVER);
    return lease(any, true).stream().findFirst();
  }

  @Override
  public void seal() {
    locked(() -> {
      sealed = true;
      shared.moves.waiters.wakeAll();
      return true;
    });
  }

  @Override
  public void close() {
    shared.lock.lock();
    try {
      closed = true;
      wakeAll();
    } finally {
      shared.lock.unlock();
    }
  }

  /** Lets all waiting threads look again: a clock that is not the machine's has moved. */
  void wakeAll() {
    shared.lock.lock();
    try {
      shared.moves.waiters.wakeAll();
      shared.moves.room.ring();
      shared.moves.arrival.ring();
    } finally {
      shared.lock.unlock();
    }
  }

  /** How many entries the queue holds, of whatever kind. */
  long held() {
    return locked(shared::held);
  }

  private List<Lease> lease(LeaseRequest request, boolean endsWhenSealed)
      throws InterruptedException {
    long end = end(request.patience());
    shared.lock.lockInterruptibly();
    try {
      while (true) {
        checkOpen();
        List<Lease> leases = shared.lease(request.services(), request.max(), request.visibility());
        long left = end - System.nanoTime();
        boolean over = left <= 0 || (endsWhenSealed && sealed && shared.isEmpty());
        if (!leases.isEmpty() || over) {
          return leases;
        }
        long due = TimeUnit.MILLISECONDS.toNanos(shared.millisToNextDue());
        shared.moves.waiters.await(request, Math.min(Math.min(left, due), lookAgainNanos));
      }
    } finally {
      shared.lock.unlock();
    }
  }

  private void awaitRoom(long nanos) throws InterruptedException {
    shared.moves.room.await(nanos);
    checkOpen();
  }

  private QueueFullException full(
      RunId run, String submitter, long position, int size, Duration patience) {
    RunBook book = shared.run(run);
    return new QueueFullException(
        "no room in the queue for "
            + patience.toMillis()
            + " ms: "
            + shared.moves.unfinishedTasks()
            + " tasks are unfinished, and run \""
            + run
            + "\" allows "
            + book.spec.limits().maxDepth()
            + "; "
            + (book.accepted(submitter) - position)
            + " of "
            + size
            + " items were accepted; start more workers or put the rest in later");
  }

  <T> T locked(Supplier<T> action) {
    shared.lock.lock();
    try {
      checkOpen();
      return action.get();
    } finally {
      shared.lock.unlock();
    }
  }

  /** The lock must be held. */
  void checkOpen() {
    if (closed) {
      // a task may have been promised to the thread that leaves here
      shared.moves.waiters.wakeAll();
      throw new QueueClosedException("this queue object is closed; open another one");
    }
  }

  static long end(Duration patience) {
    long now = System.nanoTime();
    boolean forEver = patience.compareTo(FOR_EVER.dividedBy(2)) > 0;
    return forEver ? now + Long.MAX_VALUE / 2 : now + patience.toNanos();
  }
}
