package dev.stygian.graph.queue;

import dev.stygian.graph.error.RunUnknownException;
import dev.stygian.graph.queue.DeadLetter.AttemptError;
import dev.stygian.graph.queue.Heartbeat.Renewal;
import dev.stygian.graph.queue.Lease.StoredResult;
import dev.stygian.graph.queue.Nack.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What all handles of one {@link LocalWorkQueue} share, and every change of it. One lock guards it
 * all; its holder calls the methods here, of which none blocks and each leaves whole books behind:
 *
 * <ul>
 *   <li>a task is in one lane's deque, behind another lease of its key, among the delays, under a
 *       lease, or set aside with its dead item;
 *   <li>an item counts its unfinished tasks; when the last one ends, the item does, and when a run
 *       whose input is closed has no unfinished task, the run does.
 * </ul>
 *
 * No thread and no timer lives here: who leases takes back what ran out and wakes what is due.
 */
final class SharedQueue {
  /** Tasks that one call takes back or wakes at most, give or take one hand-out. */
  private static final int SWEEP_TASKS = 1_000;

  private static final long RETENTION_CHECK_MILLIS = 1_000;
  private static final String LEASE_RAN_OUT = "the lease ran out: the worker died or was cut off";

  final ReentrantLock lock = new ReentrantLock();

  /** Signalled when a task ends, for producers that wait for room. */
  final Condition room = lock.newCondition();

  /** Signalled when a result or the end of a run arrives, if {@link #readers} wait. */
  final Condition arrival = lock.newCondition();

  final Waiters waiters = new Waiters(lock);
  int producers;
  int readers;

  private final InstantSource clock;
  private final Map<RunId, RunBook> runs = new LinkedHashMap<>();
  private final Turns turns = new Turns();
  private final LeaseBook leases = new LeaseBook();
  private final Map<IdempotencyKey, QueuedTask> executing = new HashMap<>();
  private final Delays delays = new Delays();
  private final ResultStore stored = new ResultStore(Runtime.getRuntime().maxMemory());
  private final Attendance attendance = new Attendance();
  private long unfinishedTasks;
  private long nextRetentionCheck;

  SharedQueue(InstantSource clock) {
    this.clock = clock;
  }

  void open(RunSpec spec) {
    long now = clock.millis();
    forgetStaleRuns(now);
    runs.computeIfAbsent(spec.id(), id -> new RunBook(spec, now));
  }

  Optional<RunBook> find(RunId id) {
    RunBook run = runs.get(id);
    return run == null || run.isStale(clock.millis()) ? Optional.empty() : Optional.of(run);
  }

  RunBook run(RunId id) {
    return find(id)
        .orElseThrow(() ->
            new RunUnknownException(
                "no run \"" + id + "\" in this queue; it was never opened or is forgotten"));
  }

  List<RunId> runs() {
    forgetStaleRuns(clock.millis());
    return List.copyOf(runs.keySet());
  }

  RunStatus status(RunId id) {
    return run(id).status(attendance.offeredServices(clock.millis()));
  }

  List<WorkerInfo> workers() {
    return attendance.workers(clock.millis());
  }

  void closeInput(RunId id) {
    RunBook run = run(id);
    run.inputClosed = true;
    endIfOver(run);
  }

  void pause(RunId id) {
    run(id).paused = true;
  }

  void resume(RunId id) {
    run(id).paused = false;
    waiters.wakeAll();
  }

  void cancel(RunId id) {
    RunBook run = run(id);
    if (run.cancelled || run.isOver()) {
      return;
    }
    run.cancelled = true;
    for (Lane lane : run.lanes()) {
      for (QueuedTask task = lane.poll(); task != null; task = lane.poll()) {
        dropWaiting(task);
      }
    }
    for (QueuedTask task : executing.values()) {
      if (task.hasFollowers()) {
        for (QueuedTask follower : task.releaseFollowers()) {
          if (follower.lane.run == run) {
            dropWaiting(follower);
          } else {
            task.follow(follower);
          }
        }
      }
    }
    delays.drain(run, this::end);
    endIfOver(run);
    wakeProducers();
  }

  private void dropWaiting(QueuedTask task) {
    task.lane.leave();
    end(task);
  }

  void deliver(RunId id, String reader, RunLedger.Delivery delivery) {
    RunBook run = run(id);
    boolean heldBack = run.isHeldBack();
    run.results.deliver(reader, delivery);
    if (heldBack && !run.isHeldBack()) {
      waiters.wakeAll();
    }
  }

  /**
   * Accepts the items of a batch that were not accepted before, as far as there is room.
   *
   * @return whether all of them are accepted now
   */
  boolean enqueue(RunBook run, String submitter, long position, List<Submission> batch) {
    long accepted = run.accepted(submitter);
    if (position < 0 || position > accepted) {
      throw new IllegalArgumentException(
          "submitter \"%s\" of run \"%s\" goes on at position %d, but %d of its items are accepted"
              .formatted(submitter, run.spec.id(), position, accepted));
    }
    for (long i = accepted - position; i < batch.size(); i++) {
      if (!submit(run, batch.get((int) i))) {
        return false;
      }
      accepted++;
      run.accept(submitter, accepted);
    }
    return true;
  }

  /** Accepts one item if there is room for it. */
  boolean submit(RunBook run, Submission submission) {
    if (run.inputClosed) {
      throw new IllegalStateException(
          "the input of run \"" + run.spec.id() + "\" is closed; it takes no more items");
    }
    if (run.cancelled) {
      run.submittedItems++;
      run.cancelledItems++;
      return true;
    }
    if (isAnswered(run, submission)) {
      run.submittedItems++;
      run.doneItems++;
      return true;
    }
    int tasks = submission.first().size();
    if (unfinishedTasks > 0 && unfinishedTasks + tasks > run.spec.limits().maxDepth()) {
      return false;
    }
    LiveItem item = new LiveItem(submission.item(), submission.input());
    List<QueuedTask> first = new ArrayList<>(tasks);
    for (Task task : submission.first()) {
      first.add(new QueuedTask(task, run.lane(task.id().node()), item, 0));
    }
    run.submittedItems++;
    first.forEach(this::begin);
    return true;
  }

  private boolean isAnswered(RunBook run, Submission submission) {
    List<IdempotencyKey> keys = submission.lastKeys();
    if (keys.isEmpty()) {
      return false;
    }
    if (keys.size() != run.lastNodes.size()) {
      throw new IllegalArgumentException(
          "item \"%s\" has %d last keys, but run \"%s\" has %d last nodes"
              .formatted(submission.item(), keys.size(), run.spec.id(), run.lastNodes.size()));
    }
    long now = clock.millis();
    List<StoredResult> answers = new ArrayList<>(keys.size());
    for (IdempotencyKey key : keys) {
      Optional<StoredResult> answer = stored.find(key, now);
      if (answer.isEmpty()) {
        return false;
      }
      answers.add(answer.get());
    }
    for (int i = 0; i < keys.size(); i++) {
      StoredResult answer = answers.get(i);
      emit(
          run,
          new Result(
              run.spec.id(),
              submission.item(),
              submission.input(),
              run.lastNodes.get(i),
              answer.output(),
              answer.attempts(),
              keys.get(i)));
    }
    return true;
  }

  /** Hands out what there is, at once. */
  List<Lease> lease(Set<String> services, int max, Duration visibility) {
    long now = clock.millis();
    sweep(now);
    long deadline = later(now, visibility);
    List<QueuedTask> tasks = new ArrayList<>(Math.min(max, 16));
    List<Lease> handedOut = new ArrayList<>(Math.min(max, 16));
    Instant deadlineInstant = Instant.ofEpochMilli(deadline);
    while (tasks.size() < max) {
      QueuedTask task = turns.next(services);
      if (task == null) {
        break;
      }
      if (task.item.isDead()) {
        task.lane.leave();
        park(task);
        continue;
      }
      Optional<StoredResult> answer = stored.find(task.task.key(), now);
      if (answer.isEmpty() && !startExecuting(task)) {
        continue;
      }
      task.lane.leaseBegins();
      handedOut.add(
          new Lease(
              new LeaseToken(leases.nextNumber(), tasks.size()),
              task.task,
              task.attempts() + 1,
              deadlineInstant,
              task.item.kept(task.lane.spec.inputs()),
              answer));
      tasks.add(task);
    }
    if (!tasks.isEmpty()) {
      leases.handOut(tasks, deadline);
    }
    return handedOut;
  }

  /** When a thread that waits for a task should look again although nobody woke it. */
  long millisToNextDue() {
    long next = Math.min(leases.nextDeadline(), delays.nextDue());
    return next == Long.MAX_VALUE ? Long.MAX_VALUE : Math.max(1, next - clock.millis());
  }

  Renewal renew(Heartbeat heartbeat) {
    long now = clock.millis();
    attendance.sign(heartbeat, now);
    long deadline = later(now, heartbeat.visibility());
    Set<Long> lost = new HashSet<>();
    Set<RunId> cancelled = new HashSet<>();
    for (long number : heartbeat.leases()) {
      boolean current =
          leases.renew(
              number,
              deadline,
              task -> {
                if (task.lane.run.cancelled) {
                  cancelled.add(task.lane.run.spec.id());
                }
              });
      if (!current) {
        lost.add(number);
      }
    }
    return new Renewal(lost, cancelled);
  }

  Settled complete(Completion completion) {
    QueuedTask task = leases.end(completion.lease().token());
    if (task == null) {
      return new Settled.LeaseLost(completion.lease().token());
    }
    for (NodeResult result : completion.results()) {
      book(task, result);
    }
    endLease(task);
    if (!task.lane.run.cancelled) {
      for (Release release : completion.releases()) {
        release(task, release);
      }
    }
    end(task);
    wakeProducers();
    return new Settled.Booked();
  }

  Settled nack(Nack nack) {
    QueuedTask leased = leases.end(nack.lease().token());
    if (leased == null) {
      return new Settled.LeaseLost(nack.lease().token());
    }
    for (NodeResult result : nack.booked()) {
      book(leased, result);
    }
    endLease(leased);
    if (leased.lane.run.cancelled) {
      end(leased);
      wakeProducers();
      return new Settled.Booked();
    }
    QueuedTask failed = leased;
    if (!nack.task().id().node().equals(leased.lane.spec.node())) {
      Lane lane = leased.lane.run.lane(nack.task().id().node());
      failed = new QueuedTask(nack.task(), lane, leased.item, 0);
    }
    Settled settled = settle(failed, nack.attempt(), nack.verdict());
    wakeProducers();
    return settled;
  }

  private Settled settle(QueuedTask task, int attempt, Verdict verdict) {
    Instant now = clock.instant();
    return switch (verdict) {
      case Verdict.HandBack() -> {
        task.handedBack(attempt);
        goBack(task);
        yield new Settled.Booked();
      }
      case Verdict.Bury(String error) -> {
        task.failed(new AttemptError(attempt, now, error));
        yield bury(task, now);
      }
      case Verdict.Retry(String error, Duration delay) -> {
        task.failed(new AttemptError(attempt, now, error));
        yield retry(task, now, delay);
      }
    };
  }

  private Settled retry(QueuedTask task, Instant now, Duration delay) {
    if (task.item.isDead() || task.isExhausted()) {
      return bury(task, now);
    }
    task.lane.countRetry();
    if (delay.isPositive()) {
      delays.add(task, later(now.toEpochMilli(), delay));
    } else {
      goBack(task);
    }
    return new Settled.Booked();
  }

  /** Takes back leases that ran out, wakes what is due, forgets runs whose time is over. */
  private void sweep(long now) {
    if (leases.nextDeadline() <= now) {
      leases.expire(now, SWEEP_TASKS, task -> takeBack(task, now));
      wakeProducers();
    }
    for (QueuedTask task : delays.takeDue(now, SWEEP_TASKS).reversed()) {
      goBack(task);
    }
    if (now >= nextRetentionCheck) {
      forgetStaleRuns(now);
      nextRetentionCheck = now + RETENTION_CHECK_MILLIS;
    }
  }

  private void takeBack(QueuedTask task, long now) {
    endLease(task);
    if (task.lane.run.cancelled) {
      end(task);
      return;
    }
    Instant at = Instant.ofEpochMilli(now);
    task.failed(new AttemptError(task.attempts() + 1, at, LEASE_RAN_OUT));
    if (task.item.isDead() || task.isExhausted()) {
      var _ = bury(task, at);
    } else {
      task.lane.countRetry();
      goBack(task);
    }
  }

  private void forgetStaleRuns(long now) {
    runs.values().removeIf(run -> run.isStale(now));
  }

  private Settled bury(QueuedTask task, Instant now) {
    if (task.item.isDead()) {
      park(task);
      return new Settled.Booked();
    }
    RunBook run = task.lane.run;
    task.item.die(task, now);
    task.lane.countDead();
    run.deadCount++;
    run.deadItems.put(task.item.id, task.item);
    end(task);
    return new Settled.Buried();
  }

  /** Sets a task of a dead item aside. */
  private void park(QueuedTask task) {
    task.item.park(task);
    end(task);
  }

  boolean replay(RunBook run, String id) {
    LiveItem item = run.cancelled ? null : run.deadItems.remove(id);
    if (item == null) {
      return false;
    }
    run.deadCount--;
    run.goesOn();
    item.revive().forEach(this::begin);
    return true;
  }

  /** A new task comes to the end of its lane. */
  private void begin(QueuedTask task) {
    RunBook run = task.lane.run;
    task.item.taskBegins();
    run.unfinishedTasks++;
    unfinishedTasks++;
    task.lane.append(task);
    turns.join(run);
    waiters.wake(task.lane.spec.service());
  }

  /** An unfinished task comes to the front of its lane. */
  private void goBack(QueuedTask task) {
    task.lane.prepend(task);
    turns.join(task.lane.run);
    waiters.wake(task.lane.spec.service());
  }

  /** A task is no longer unfinished; with the last one its item ends, and perhaps its run. */
  private void end(QueuedTask task) {
    RunBook run = task.lane.run;
    run.unfinishedTasks--;
    unfinishedTasks--;
    if (task.item.taskEnds() && !task.item.isDead()) {
      if (run.cancelled) {
        run.cancelledItems++;
      } else {
        task.item.takeEnds().forEach(result -> emit(run, result));
        run.doneItems++;
      }
    }
    endIfOver(run);
    if (unfinishedTasks == 0) {
      waiters.wakeAll();
    }
  }

  private void endIfOver(RunBook run) {
    if (run.unfinishedTasks == 0 && run.endsNow(clock.millis())) {
      arrival.signalAll();
    }
  }

  /** Books one executed node: what stands under its key is its output, here and ever after. */
  private void book(QueuedTask leased, NodeResult result) {
    RunBook run = leased.lane.run;
    Lane lane = run.lane(result.node());
    StoredResult valid =
        stored.store(
            result.key(),
            new StoredResult(result.output(), result.attempts()),
            run.spec.limits(),
            clock.millis());
    if (run.cancelled) {
      return;
    }
    lane.countDone();
    if (result.keep()) {
      leased.item.keep(result.node(), valid.output());
    }
    if (result.last()) {
      endNode(leased, result, valid);
    }
  }

  private void endNode(QueuedTask leased, NodeResult result, StoredResult valid) {
    RunBook run = leased.lane.run;
    LiveItem item = leased.item;
    Result line =
        new Result(
            run.spec.id(),
            item.id,
            item.input,
            result.node(),
            valid.output(),
            valid.attempts(),
            result.key());
    if (run.spec.endsPerItem() == 1) {
      emit(run, line);
      return;
    }
    item.end(line);
    if (item.ended() == run.spec.endsPerItem()) {
      item.takeEnds().forEach(each -> emit(run, each));
    }
  }

  private void emit(RunBook run, Result result) {
    run.results.append(result);
    if (readers > 0) {
      arrival.signalAll();
    }
  }

  private void release(QueuedTask leased, Release release) {
    if (leased.item.isLastRelease(release)) {
      Task task = release.task();
      begin(new QueuedTask(task, leased.lane.run.lane(task.id().node()), leased.item, 0));
    }
  }

  /** Notes that a key is being executed; where it is already, the task waits for that. */
  private boolean startExecuting(QueuedTask task) {
    QueuedTask first = executing.putIfAbsent(task.task.key(), task);
    if (first == null) {
      return true;
    }
    first.follow(task);
    return false;
  }

  /** The lease of a task is over; who waited for that comes back to the front, in order. */
  private void endLease(QueuedTask task) {
    task.lane.leaseEnds();
    if (executing.remove(task.task.key(), task) && task.hasFollowers()) {
      for (QueuedTask follower : task.releaseFollowers().reversed()) {
        follower.lane.unpoll(follower);
        turns.join(follower.lane.run);
        waiters.wake(follower.lane.spec.service());
      }
    }
  }

  private void wakeProducers() {
    if (producers > 0) {
      room.signalAll();
    }
  }

  boolean isEmpty() {
    return unfinishedTasks == 0;
  }

  long unfinishedTasks() {
    return unfinishedTasks;
  }

  private static long later(long now, Duration wait) {
    long millis = wait.compareTo(Duration.ofDays(36_500)) > 0 ? Long.MAX_VALUE : wait.toMillis();
    long until = now + millis;
    return until < now ? Long.MAX_VALUE : until;
  }
}
