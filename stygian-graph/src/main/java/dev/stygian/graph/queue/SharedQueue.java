package dev.stygian.graph.queue;

import dev.stygian.graph.error.RunUnknownException;
import dev.stygian.graph.item.Spending;
import dev.stygian.graph.queue.DeadLetter.AttemptError;
import dev.stygian.graph.queue.Heartbeat.Renewal;
import dev.stygian.graph.queue.Lease.StoredResult;
import dev.stygian.graph.queue.Nack.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
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
 *
 * <p>Long because it is the list of all changes that the lock guards.
 */
final class SharedQueue {
  /** Tasks that one call takes back or wakes at most, give or take one hand-out. */
  private static final int SWEEP_TASKS = 1_000;

  private static final long RETENTION_CHECK_MILLIS = 1_000;
  private static final Settled BOOKED = new Settled.Booked();
  private static final Settled BURIED = new Settled.Buried();
  private static final String LEASE_RAN_OUT = "the lease ran out: the worker died or was cut off";

  final ReentrantLock lock = new ReentrantLock();
  final String id = HexFormat.of().toHexDigits(UUID.randomUUID().getMostSignificantBits());

  final Moves moves;
  final LocalNotes notes;
  final Intake intake;
  private final InstantSource clock;
  private final Map<RunId, RunBook> runs = new LinkedHashMap<>();
  private final LeaseBook leases = new LeaseBook();
  private final Delays delays = new Delays();
  private final Attendance attendance = new Attendance();
  private long nextRetentionCheck;

  SharedQueue(InstantSource clock) {
    this.clock = clock;
    this.moves = new Moves(lock, clock, this::goOn);
    this.notes = new LocalNotes(clock);
    this.intake = new Intake(moves, attendance, clock);
  }

  void open(RunSpec spec) {
    long now = clock.millis();
    forgetStaleRuns(now);
    runs.computeIfAbsent(spec.id(), id -> new RunBook(spec, moves.places, now));
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

  Receipt receipt(RunId id) {
    return run(id).receipt(attendance.offeredServices(clock.millis()));
  }

  Observation observe(RunId id) {
    long now = clock.millis();
    RunBook run = run(id);
    List<Observation.Node> nodes = new ArrayList<>();
    int hostsLeft = Observation.MOST_HOSTS;
    for (Lane lane : run.lanes()) {
      Observation.Node node = lane.look(moves.hosts, delays.of(lane, notes), hostsLeft, now);
      hostsLeft -= node.hosts().size();
      nodes.add(node);
    }
    return new Observation(
        run.spec,
        status(id),
        Instant.ofEpochMilli(now),
        workers(),
        moves.places.all(),
        moves.places.leasedInAll(),
        depth(run),
        nodes,
        leases.held(run));
  }

  private Observation.Depth depth(RunBook of) {
    long unfinished = moves.unfinishedTasks();
    long most = intake.depth(of);
    List<Hold.Filling> largest =
        unfinished < Observation.fullFrom(of.spec, most)
            ? List.of()
            : runs.values().stream()
                .filter(run -> run.unfinishedTasks > 0)
                .sorted(Comparator.comparingLong(run -> -run.unfinishedTasks))
                .limit(Observation.MOST_FILLING)
                .map(run -> new Hold.Filling(run.spec.id(), run.unfinishedTasks, run.paused))
                .toList();
    return new Observation.Depth(unfinished, most, largest);
  }

  List<WorkerInfo> workers() {
    return attendance.workers(clock.millis());
  }

  void closeInput(RunId id) {
    RunBook run = run(id);
    run.inputClosed = true;
    moves.endIfOver(run);
  }

  void pause(RunId id) {
    run(id).paused = true;
  }

  void resume(RunId id) {
    run(id).paused = false;
    moves.waiters.wakeAll();
  }

  private void goOn(RunId next) {
    find(next).ifPresent(run -> run.paused = false);
    moves.waiters.wakeAll();
  }

  void cap(Cap cap, int most) {
    switch (cap) {
      case Cap.OfRun(RunId run) -> run(run).maxLeased = most;
      case Cap.OfNode(RunId run, String node) -> run(run).lane(node).maxLeased = most;
      case Cap.OfService(String service) -> moves.places.cap(service, most);
    }
    moves.waiters.wakeAll();
  }

  void cancel(RunId id) {
    RunBook run = run(id);
    if (run.cancelled || run.isOver()) {
      return;
    }
    run.cancelled = true;
    for (Lane lane : run.lanes()) {
      for (QueuedTask task = lane.pollAny(); task != null; task = lane.pollAny()) {
        moves.drop(task);
      }
    }
    moves.dropFollowers(run);
    delays.drain(run, moves::cancel);
    moves.endIfOver(run);
    moves.room.ring();
  }

  void deliver(RunId id, String reader, RunLedger.Delivery delivery) {
    RunBook run = run(id);
    boolean heldBack = run.isHeldBack();
    run.results.deliver(reader, delivery);
    if (heldBack && !run.isHeldBack()) {
      moves.waiters.wakeAll();
    }
  }

  /** Hands out what there is, at once. */
  List<Lease> lease(Set<String> services, int max, Duration visibility) {
    long now = clock.millis();
    sweep(now);
    Map<RunBook, HandOut> ofRuns = new LinkedHashMap<>();
    List<Lease> handedOut = new ArrayList<>(Math.min(max, 16));
    while (handedOut.size() < max) {
      QueuedTask task = moves.turns.next(services, now);
      if (task == null) {
        break;
      }
      if (task.item.isDead()) {
        task.lane.leave();
        moves.park(task);
        continue;
      }
      if (isGivenUp(task, now)) {
        continue;
      }
      Optional<StoredResult> answer = moves.stored(task.task.key(), now);
      if (answer.isEmpty() && !moves.startExecuting(task)) {
        continue;
      }
      task.lane.leaseBegins();
      HandOut ofRun = ofRuns.computeIfAbsent(task.lane.run, run -> handOut(run, visibility, now));
      handedOut.add(
          new Lease(
              new LeaseToken(ofRun.number, ofRun.tasks.size()),
              task.task,
              task.attempts() + 1,
              ofRun.deadline,
              ofRun.visibility,
              task.item.kept(task.lane.spec.inputs()),
              answer,
              startBefore(task, ofRun.number, now),
              ofRun.capped));
      ofRun.tasks.add(task);
    }
    ofRuns.values().forEach(h -> leases.handOut(h.number, h.tasks, now, h.deadline.toEpochMilli()));
    return handedOut;
  }

  /** Whether a task visits a host that is waited for no longer; then it is dead now. */
  private boolean isGivenUp(QueuedTask task, long now) {
    HostLane lane = task.task.hostLane().orElse(null);
    if (lane == null || !(moves.hosts.mayStart(lane, now) instanceof Hosts.Permission.GivenUp)) {
      return false;
    }
    task.lane.leave();
    Instant at = Instant.ofEpochMilli(now);
    String reason = Hosts.away(lane.host(), lane.patience());
    task.failed(new AttemptError(task.attempts() + 1, at, reason));
    var _ = bury(task, at);
    return true;
  }

  /** Until when a task begins that visits a host, which has been started now. */
  private OptionalLong startBefore(QueuedTask task, long lease, long now) {
    HostLane lane = task.task.hostLane().orElse(null);
    if (lane == null) {
      return OptionalLong.empty();
    }
    OptionalLong window =
        moves.hosts.mayStart(lane, now) instanceof Hosts.Permission.Now(OptionalLong millis)
            ? millis
            : OptionalLong.empty();
    task.lane.run.hosts.active(lane, moves.hosts.started(lane, lease, now));
    return window.isEmpty()
        ? window
        : OptionalLong.of(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(window.getAsLong()));
  }

  /** What one call hands out of one run. */
  private record HandOut(
      long number,
      List<QueuedTask> tasks,
      Duration visibility,
      Instant deadline,
      Set<String> capped) {}

  private HandOut handOut(RunBook run, Duration asked, long now) {
    Duration visibility = run.spec.limits().visibilityOr(asked);
    return new HandOut(
        leases.nextNumber(),
        new ArrayList<>(),
        visibility,
        Instant.ofEpochMilli(Deadline.after(now, visibility)),
        run.cappedNodes());
  }

  /** When a thread that waits for a task should look again although nobody woke it. */
  long millisToNextDue() {
    long next = Math.min(leases.nextDeadline(), delays.nextDue());
    for (RunBook run : runs.values()) {
      next = Math.min(next, run.paused ? Long.MAX_VALUE : run.restsUntil(clock.millis()));
    }
    return next == Long.MAX_VALUE ? Long.MAX_VALUE : Math.max(1, next - clock.millis());
  }

  Renewal renew(Heartbeat heartbeat) {
    long now = clock.millis();
    attendance.sign(heartbeat, now);
    Set<Long> lost = new HashSet<>();
    Set<RunId> cancelled = new HashSet<>();
    for (long number : heartbeat.leases()) {
      boolean current =
          leases.renew(
              number,
              now,
              run -> Deadline.after(now, run.spec.limits().visibilityOr(heartbeat.visibility())),
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

  Optional<Emitted> emit(Lease lease, List<Emission> batch, long limit) {
    QueuedTask task = leases.find(lease.token());
    if (task == null) {
      return Optional.empty();
    }
    RunBook run = task.lane.run;
    checkNodes(run, batch);
    Emitted emitted = Emitted.NONE;
    for (Emission emission : run.cancelled ? List.<Emission>of() : batch) {
      emitted = emitted.plus(emit(run, task.lane.spec.node(), emission, limit));
      task.lane.countEmitted(1);
    }
    run.emitted = run.emitted.plus(emitted);
    return Optional.of(emitted);
  }

  private Emitted emit(RunBook run, String node, Emission emission, long limit) {
    return switch (run.emittedItems.take(emission.item(), node, limit)) {
      case DUPLICATE -> new Emitted(0, 1, 0);
      case OVER_LIMIT -> new Emitted(0, 0, 1);
      case NEW -> {
        moves.begin(run, emission);
        yield new Emitted(1, 0, 0);
      }
    };
  }

  Optional<Emitted> emitParts(Lease lease, List<Emission> batch, long from) {
    QueuedTask task = leases.find(lease.token());
    if (task == null) {
      return Optional.empty();
    }
    RunBook run = task.lane.run;
    checkNodes(run, batch);
    if (run.cancelled) {
      return Optional.of(Emitted.NONE);
    }
    String node = task.lane.spec.node();
    long known = task.item.parts(node);
    if (from > known) {
      return Optional.empty();
    }
    List<Emission> missing =
        batch.subList((int) Math.min(batch.size(), known - from), batch.size());
    long number = known;
    for (Emission emission : missing) {
      moves.begin(run, emission, task, number);
      number++;
    }
    task.item.countParts(node, number);
    task.lane.countEmitted(missing.size());
    Emitted emitted = new Emitted(missing.size(), 0, 0);
    run.emitted = run.emitted.plus(emitted);
    return Optional.of(emitted);
  }

  Optional<CollectedPage> collected(Lease lease, long from) {
    QueuedTask task = leases.find(lease.token());
    return task == null || task.lane.spec.collecting().source().isEmpty()
        ? Optional.empty()
        : Optional.of(task.item.awaited(task.lane.spec.node()).page(from));
  }

  void visited(List<Visit> visits) {
    long now = clock.millis();
    long nowNanos = System.nanoTime();
    for (Visit visit : visits) {
      long age = TimeUnit.NANOSECONDS.toMillis(nowNanos - visit.startedNanos());
      OptionalLong gap = moves.hosts.visited(visit, now - age, now);
      moves.advance(visit.host(), now);
      if (!(visit.answer() instanceof Visit.Answer.UnderWay)) {
        find(visit.run())
            .ifPresent(run -> {
              run.hosts.visited(visit, gap);
              run.spend(visit.node(), new Spending(1, visit.bytes(), 0, 0, 0));
            });
      }
    }
  }

  void spent(List<Expense> expenses) {
    for (Expense expense : expenses) {
      find(expense.run()).ifPresent(run -> run.spend(expense.node(), expense.spending()));
    }
  }

  List<Settled> settle(List<? extends Settlement> ends) {
    List<Settled> all = new ArrayList<>(ends.size());
    for (Settlement end : ends) {
      all.add(
          switch (end) {
            case Completion completion -> complete(completion);
            case Nack nack -> nack(nack);
          });
    }
    return all;
  }

  Settled complete(Completion completion) {
    LeaseToken token = completion.lease().token();
    QueuedTask task = leases.find(token);
    if (task == null) {
      return new Settled.LeaseLost(token);
    }
    RunBook run = task.lane.run;
    checkNodes(run, completion.progress());
    leases.end(token);
    moves.book(task, completion.progress());
    moves.endLease(task);
    moves.release(task, completion.progress());
    if (run.cancelled) {
      moves.cancel(task);
    } else {
      moves.end(task);
    }
    moves.room.ring();
    return BOOKED;
  }

  Settled nack(Nack nack) {
    LeaseToken token = nack.lease().token();
    QueuedTask leased = leases.find(token);
    if (leased == null) {
      return new Settled.LeaseLost(token);
    }
    RunBook run = leased.lane.run;
    Lane lane = run.lane(nack.task().id().node());
    checkNodes(run, nack.progress());
    leases.end(token);
    moves.book(leased, nack.progress());
    moves.endLease(leased);
    if (nack.verdict() instanceof Verdict.HandBack(boolean isUnused, _) && isUnused) {
      leased
          .task
          .hostLane()
          .ifPresent(host -> moves.startUnused(host, token.lease(), clock.millis()));
    }
    moves.release(leased, nack.progress());
    Settled settled;
    if (run.cancelled) {
      moves.cancel(leased);
      settled = BOOKED;
    } else {
      QueuedTask failed =
          lane == leased.lane
              ? leased.as(nack.task())
              : new QueuedTask(nack.task(), lane, leased.item, 0);
      settled = settle(failed, nack.attempt(), nack.verdict());
    }
    moves.room.ring();
    return settled;
  }

  /** Nothing may be changed on behalf of a call that names a node the run does not have. */
  private static void checkNodes(RunBook run, List<Emission> batch) {
    for (Emission emission : batch) {
      emission.first().forEach(first -> run.lane(first.id().node()));
      emission.result().ifPresent(result -> run.lane(result.node()));
    }
  }

  private static void checkNodes(RunBook run, Progress progress) {
    progress.passed().forEach(run::lane);
    progress.results().forEach(result -> run.lane(result.node()));
    progress.releases().forEach(release -> run.lane(release.task().id().node()));
  }

  private Settled settle(QueuedTask task, int attempt, Verdict verdict) {
    Instant now = clock.instant();
    return switch (verdict) {
      case Verdict.HandBack(_, Duration delay) -> {
        task.handedBack(attempt);
        putBack(task, now, delay);
        yield BOOKED;
      }
      case Verdict.Exclude(String reason) -> {
        task.failed(new AttemptError(attempt, now, reason));
        exclude(task, now);
        yield BOOKED;
      }
      case Verdict.Bury(String error) -> {
        task.failed(new AttemptError(attempt, now, error));
        yield bury(task, now);
      }
      case Verdict.Retry _ when isHostBroken(task) -> {
        task.handedBack(attempt);
        moves.goBack(task);
        yield BOOKED;
      }
      case Verdict.Retry(String error, Duration delay) -> {
        task.failed(new AttemptError(attempt, now, error));
        yield retry(task, now, delay);
      }
    };
  }

  /** Whether a failure is that of a host which does not answer: its tasks wait for it. */
  private boolean isHostBroken(QueuedTask task) {
    return !task.item.isDead() && task.task.hostLane().filter(moves.hosts::isBroken).isPresent();
  }

  private Settled retry(QueuedTask task, Instant now, Duration delay) {
    if (task.item.isDead() || task.isExhausted()) {
      return bury(task, now);
    }
    task.lane.countRetry(now);
    putBack(task, now, delay);
    return BOOKED;
  }

  private void putBack(QueuedTask task, Instant now, Duration delay) {
    if (delay.isPositive()) {
      delays.add(task, Deadline.after(now.toEpochMilli(), delay));
    } else {
      moves.goBack(task);
    }
  }

  /** Takes back leases that ran out, wakes what is due, forgets runs whose time is over. */
  private void sweep(long now) {
    if (leases.nextDeadline() <= now) {
      leases.expire(now, SWEEP_TASKS, task -> takeBack(task, now));
      moves.room.ring();
    }
    for (QueuedTask task : delays.takeDue(now, SWEEP_TASKS).reversed()) {
      moves.goBack(task);
    }
    for (RunBook run : runs.values()) {
      if (run.firstDue() <= now) {
        moves.turns.join(run);
      }
    }
    if (now >= nextRetentionCheck) {
      forgetStaleRuns(now);
      moves.forgetExpiredResults(now);
      nextRetentionCheck = now + RETENTION_CHECK_MILLIS;
    }
  }

  private void takeBack(QueuedTask task, long now) {
    moves.endLease(task);
    if (task.lane.run.cancelled) {
      moves.cancel(task);
      return;
    }
    Instant at = Instant.ofEpochMilli(now);
    task.failed(new AttemptError(task.attempts() + 1, at, LEASE_RAN_OUT));
    if (task.item.isDead() || task.isExhausted()) {
      var _ = bury(task, at);
    } else {
      task.lane.countRetry(at);
      moves.goBack(task);
    }
  }

  private void forgetStaleRuns(long now) {
    runs.values().removeIf(run -> run.isStale(now));
  }

  private Settled bury(QueuedTask task, Instant now) {
    if (task.item.isDead()) {
      task.lane.countRetry(now);
      moves.park(task);
      return BOOKED;
    }
    moves.die(task, now, false);
    moves.end(task);
    return BURIED;
  }

  private void exclude(QueuedTask task, Instant now) {
    if (task.item.isDead()) {
      task.lane.countRetry(now);
      moves.park(task);
      return;
    }
    moves.die(task, now, true);
    moves.end(task);
  }

  boolean replay(RunBook run, String id) {
    LiveItem item = run.cancelled ? null : run.deadItems.get(id);
    if (item == null || item.lacksParts()) {
      return false;
    }
    run.deadItems.remove(id);
    moves.revive(run, item);
    return true;
  }

  boolean isEmpty() {
    return moves.unfinishedTasks() == 0;
  }

  /** How many entries are held, of whatever kind. */
  long held() {
    return runs.size() + leases.size() + moves.held();
  }
}
