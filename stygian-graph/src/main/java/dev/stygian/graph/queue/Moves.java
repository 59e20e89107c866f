package dev.stygian.graph.queue;

import dev.stygian.graph.item.Payload;
import dev.stygian.graph.queue.DeadLetter.AttemptError;
import dev.stygian.graph.queue.Lease.StoredResult;
import dev.stygian.graph.queue.LiveItem.Origin;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The moves that all changes of a {@link SharedQueue} are made of: a task begins, waits, is
 * executed and ends, a result is booked. Each moves the counters that belong to it and wakes whom
 * it concerns. Guarded by the queue's lock.
 */
final class Moves {
  /** Threads that wait for a task. */
  final Waiters waiters;

  /** Producers that wait for room. */
  final Bell room;

  /** Readers that wait for results or for a run's end. */
  final Bell arrival;

  final Hosts hosts = new Hosts();

  final Turns turns = new Turns(hosts);

  /** What is leased of each service. */
  final ServicePlaces places = new ServicePlaces();

  private final InstantSource clock;
  private final Consumer<RunId> goOn;
  private final Map<IdempotencyKey, QueuedTask> executing = new HashMap<>();
  private final ResultStore stored = new ResultStore(Runtime.getRuntime().maxMemory());
  private long unfinishedTasks;

  /**
   * Moves under a lock.
   *
   * @param goOn lets a run go on that waited for the end of another
   */
  Moves(ReentrantLock lock, InstantSource clock, Consumer<RunId> goOn) {
    this.clock = clock;
    this.goOn = goOn;
    this.waiters = new Waiters(lock);
    this.room = new Bell(lock);
    this.arrival = new Bell(lock);
  }

  long unfinishedTasks() {
    return unfinishedTasks;
  }

  /** An item begins with this task, among others perhaps. */
  void beginItem(QueuedTask task) {
    task.lane.countBegun();
    begin(task);
  }

  /** An item of a cancelled run ends where it would begin. */
  void cancelAtOnce(Lane lane) {
    lane.countBegun();
    lane.countCancelled();
  }

  /** A new task comes to the end of its lane. */
  private void begin(QueuedTask task) {
    task.item.taskBegins();
    start(task);
  }

  /** The same for a task that its item counts already. */
  private void start(QueuedTask task) {
    RunBook run = task.lane.run;
    run.unfinishedTasks++;
    unfinishedTasks++;
    task.lane.append(task);
    turns.join(run);
    waiters.wake(task.lane.spec.service());
  }

  /** A new item begins, or is done at once. */
  void begin(RunBook run, Emission emission) {
    begin(run, emission, new LiveItem(emission.item(), emission.input()));
  }

  /** The same for a part of another item that has this number. */
  void begin(RunBook run, Emission emission, QueuedTask split, long number) {
    Origin origin =
        split
            .lane
            .spec
            .collecting()
            .partsAt()
            .map(node -> origin(split, node, number))
            .orElse(null);
    begin(run, emission, new LiveItem(emission.item(), emission.input(), origin));
  }

  private static Origin origin(QueuedTask split, String collector, long number) {
    Collecting.Source source =
        split.lane.run.lane(collector).spec.collecting().source().orElseThrow();
    return new Origin(split.item, number, collector, source.last());
  }

  private void begin(RunBook run, Emission emission, LiveItem item) {
    for (Task first : emission.first()) {
      beginItem(new QueuedTask(first, run.lane(first.id().node()), item, 0));
    }
    if (emission.result().isPresent()) {
      NodeResult result = emission.result().get();
      run.givenResults++;
      emit(run, line(run, item, result, new StoredResult(result.output(), result.attempts())));
      run.doneItems++;
    }
  }

  /** An unfinished task comes to the front of its lane. */
  void goBack(QueuedTask task) {
    task.lane.prepend(task);
    turns.join(task.lane.run);
    waiters.wake(task.lane.spec.service());
  }

  /** A task of a cancelled run ends, whatever was executed. */
  void cancel(QueuedTask task) {
    task.lane.countCancelled();
    end(task);
  }

  /** A task is no longer unfinished; with the last one its item ends, and perhaps its run. */
  void end(QueuedTask task) {
    RunBook run = task.lane.run;
    run.unfinishedTasks--;
    unfinishedTasks--;
    endOf(run, task.item);
    endIfOver(run);
    if (unfinishedTasks == 0) {
      waiters.wakeAll();
    }
  }

  /** One of the item's tasks has ended. */
  private void endOf(RunBook run, LiveItem item) {
    if (!item.taskEnds() || item.isDead()) {
      return;
    }
    if (run.cancelled) {
      run.cancelledItems++;
    } else {
      emitEnds(run, item);
      run.doneItems++;
    }
    item.origin().ifPresent(origin -> arrive(run, item, origin));
  }

  private void arrive(RunBook run, LiveItem part, Origin origin) {
    AwaitedParts parts = origin.parent().awaited(origin.collector());
    Payload output = part.kept(List.of(origin.last())).get(origin.last());
    if (run.cancelled || output == null) {
      parts.cancelled();
    } else {
      parts.arrived(origin.number(), output);
    }
    decide(run, origin.parent(), origin.collector());
  }

  /** An item is dead or excluded: where it is collected, it is missing. */
  void miss(RunBook run, LiveItem item) {
    if (item.origin().isPresent()) {
      Origin origin = item.origin().get();
      origin.parent().awaited(origin.collector()).missed();
      decide(run, origin.parent(), origin.collector());
    }
  }

  /** Lets the task of a collecting node begin, or die, where nothing is left to wait for. */
  private void decide(RunBook run, LiveItem item, String collector) {
    AwaitedParts parts = item.awaited(collector);
    if (!parts.areAllThere()) {
      return;
    }
    if (run.cancelled) {
      takeWaiting(parts)
          .ifPresent(task -> {
            task.lane.countCancelled();
            endOf(run, item);
          });
    } else if (parts.isReady() && parts.isWaiting()) {
      takeWaiting(parts).ifPresent(this::start);
    } else if (parts.isReady() && item.diedAt(collector)) {
      if (run.deadItems.remove(item.id, item)) {
        revive(run, item);
      }
    } else if (!parts.isReady() && !item.isDead()) {
      takeWaiting(parts).ifPresent(task -> lack(run, task, parts));
    } else if (!parts.isReady() && item.diedAt(collector)) {
      item.reword(lacking(parts));
    }
  }

  /** Lets a task wait for the parts that it collects; it is no unfinished one of the run. */
  private static void await(QueuedTask task, AwaitedParts parts) {
    task.item.taskBegins();
    task.lane.countAwaiting(1);
    parts.await(task);
  }

  private static Optional<QueuedTask> takeWaiting(AwaitedParts parts) {
    Optional<QueuedTask> task = parts.takeWaiting();
    task.ifPresent(waited -> waited.lane.countAwaiting(-1));
    return task;
  }

  private AttemptError lacking(AwaitedParts parts) {
    return new AttemptError(0, clock.instant(), parts.complaint());
  }

  private void lack(RunBook run, QueuedTask task, AwaitedParts parts) {
    task.failed(lacking(parts));
    die(task, clock.instant(), false);
    endOf(run, task.item);
  }

  /** An item gets a letter. */
  void die(QueuedTask task, Instant now, boolean excluded) {
    RunBook run = task.lane.run;
    task.item.die(task, now, excluded);
    task.lane.countLetter(excluded, now);
    if (excluded) {
      run.excludedCount++;
    } else {
      run.deadCount++;
    }
    run.deadItems.put(task.item.id, task.item);
    miss(run, task.item);
  }

  /** An item whose letter was taken away goes on. */
  void revive(RunBook run, LiveItem item) {
    if (item.isExcluded()) {
      run.excludedCount--;
    } else {
      run.deadCount--;
    }
    run.goesOn();
    item.uncountDeath();
    for (QueuedTask task : item.revive()) {
      String node = task.lane.spec.node();
      boolean collects = task.lane.spec.collecting().source().isPresent();
      if (collects && !item.awaited(node).isReady()) {
        await(task, item.awaited(node));
      } else {
        begin(task);
      }
    }
    item.origin().ifPresent(of -> of.parent().awaited(of.collector()).comesBack());
    item.collectors().forEach(collector -> decide(run, item, collector));
  }

  void endIfOver(RunBook run) {
    if (run.unfinishedTasks == 0 && run.endsNow(clock.millis())) {
      arrival.ring();
      run.spec.next().ifPresent(goOn);
    }
  }

  /** Books what was executed under a lease. */
  void book(QueuedTask leased, Progress progress) {
    RunBook run = leased.lane.run;
    Instant now = clock.instant();
    if (!run.cancelled) {
      progress.passed().forEach(node -> run.lane(node).countDone(now));
    }
    progress.results().forEach(result -> book(leased, result, now));
    if (!leased.lane.spec.splits() && !run.cancelled) {
      progress.end().ifPresent(node -> run.lane(node).countUsedUp());
    }
    boolean worked = !progress.passed().isEmpty() || !progress.results().isEmpty();
    if (worked && leased.lane.spec.collecting().source().isPresent()) {
      leased.item.dropAwaited(leased.lane.spec.node());
    }
  }

  /** Books one executed node: what stands under its key is its output, here and ever after. */
  private void book(QueuedTask leased, NodeResult result, Instant now) {
    RunBook run = leased.lane.run;
    Lane lane = run.lane(result.node());
    StoredResult valid =
        stored.store(
            result.key(),
            new StoredResult(result.output(), result.attempts()),
            run.spec.limits(),
            now.toEpochMilli());
    if (run.cancelled) {
      return;
    }
    lane.countDone(now);
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
    Result line = line(run, item, result, valid);
    int ends = leased.lane.spec.ends();
    if (ends == 1) {
      emit(run, line);
      return;
    }
    item.end(line);
    run.heldEnds++;
    if (item.ended() == ends) {
      emitEnds(run, item);
    }
  }

  private void emitEnds(RunBook run, LiveItem item) {
    for (Result end : item.takeEnds()) {
      run.heldEnds--;
      emit(run, end);
    }
  }

  private static Result line(RunBook run, LiveItem item, NodeResult result, StoredResult valid) {
    return new Result(
        run.spec.id(),
        item.id,
        item.input,
        result.node(),
        valid.output(),
        valid.attempts(),
        result.key());
  }

  void emit(RunBook run, Result result) {
    run.results.append(result);
    arrival.ring();
  }

  /** Begins the tasks that wait for nothing else any more. */
  void release(QueuedTask leased, Progress progress) {
    RunBook run = leased.lane.run;
    if (run.cancelled) {
      return;
    }
    for (Release release : progress.releases()) {
      Task task = release.task();
      String node = task.id().node();
      QueuedTask next = new QueuedTask(task, run.lane(node), leased.item, 0);
      if (leased.lane.spec.collecting().partsAt().equals(Optional.of(node))) {
        await(next, leased.item.awaited(node));
        leased.item.awaited(node).split(leased.item.parts(leased.lane.spec.node()));
        decide(run, leased.item, node);
      } else if (leased.item.isLastRelease(release)) {
        next.lane.countArrived(1 - release.predecessors());
        begin(next);
      } else {
        next.lane.countArrived(1);
      }
    }
  }

  /** Notes that a key is being executed; where it is already, the task waits for that. */
  boolean startExecuting(QueuedTask task) {
    QueuedTask first = executing.putIfAbsent(task.task.key(), task);
    if (first == null) {
      return true;
    }
    first.follow(task);
    return false;
  }

  /** The lease of a task is over; who waited for that comes back to the front, in order. */
  void endLease(QueuedTask task) {
    task.lane.leaseEnds();
    wakeForPlaceOf(task.lane);
    task.task.hostLane().ifPresent(this::endVisit);
    if (executing.remove(task.task.key(), task) && task.hasFollowers()) {
      for (QueuedTask follower : task.releaseFollowers().reversed()) {
        follower.lane.unpoll(follower);
        turns.join(follower.lane.run);
        waiters.wake(follower.lane.spec.service());
      }
    }
  }

  /** A start that was granted was not used: another task of the host may have it. */
  void startUnused(HostLane lane, long lease, long now) {
    hosts.unused(lane, lease);
    advance(lane.host(), now);
  }

  /** Lets lanes that wait for a host's next start go on earlier, where that comes sooner now. */
  void advance(String host, long now) {
    for (HostQueues.Waiting resting : hosts.takeResting(host)) {
      if (resting.queues.advance(resting, hosts, now)) {
        waiters.wake(resting.service());
      }
    }
  }

  /** A place is free that others may have waited for, where there was a cap. */
  private void wakeForPlaceOf(Lane lane) {
    if (lane.run.maxLeased > 0) {
      lane.run.lanes().stream()
          .filter(other -> other.waiting() > 0)
          .forEach(other -> waiters.wake(other.spec.service()));
    } else if (lane.isCapped()) {
      waiters.wake(lane.spec.service());
    }
  }

  private void endVisit(HostLane lane) {
    hosts.ended(lane).forEach(this::lookAgain);
  }

  private void lookAgain(HostQueues.Waiting waited) {
    waited.queues.unblock(waited);
    turns.join(waited.run());
    waiters.wake(waited.service());
  }

  /** Sets a task of a dead item aside; it is not unfinished until a replay. */
  void park(QueuedTask task) {
    task.lane.countStopped(1);
    task.item.park(task);
    end(task);
  }

  /** Ends a task of a cancelled run that waits in its lane or for another lease. */
  void drop(QueuedTask task) {
    task.lane.leave();
    cancel(task);
  }

  /** Ends the tasks of a run that wait for a lease of their key. */
  void dropFollowers(RunBook run) {
    for (QueuedTask task : executing.values()) {
      if (task.hasFollowers()) {
        for (QueuedTask follower : task.releaseFollowers()) {
          if (follower.lane.run == run) {
            drop(follower);
          } else {
            task.follow(follower);
          }
        }
      }
    }
  }

  Optional<StoredResult> stored(IdempotencyKey key, long now) {
    return stored.find(key, now);
  }

  void forgetExpiredResults(long now) {
    stored.forgetExpired(now);
  }

  /** Entries held beside the runs' own. */
  long held() {
    return unfinishedTasks + executing.size() + stored.size();
  }
}
