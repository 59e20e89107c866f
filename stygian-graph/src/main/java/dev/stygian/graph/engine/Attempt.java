package dev.stygian.graph.engine;

import dev.stygian.graph.error.BlobUnavailableException;
import dev.stygian.graph.error.PayloadException;
import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.item.Item;
import dev.stygian.graph.queue.Completion;
import dev.stygian.graph.queue.HostLane;
import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.Nack;
import dev.stygian.graph.queue.Progress;
import dev.stygian.graph.queue.Settlement;
import dev.stygian.graph.queue.Task;
import dev.stygian.graph.queue.Visit;
import dev.stygian.graph.service.Host;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.service.ServiceCall;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * One lease at work, on one virtual thread from its start to its end: executes the leased node and
 * goes on to the nodes behind it in memory as far as its {@link Stretch} goes, then hands
 * everything over to be booked in one call. Its own lock guards what others ask of it: who
 * executes, why it was stopped, whether its end was told already.
 */
final class Attempt {
  private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);
  private static final Duration IGNORED_INTERRUPT = Duration.ofSeconds(10);

  /** Why a running service is interrupted. */
  enum Stop {
    TIMEOUT,
    LEASE_LOST,
    RUN_CANCELLED,
    WORKER_STOPS
  }

  private final WorkerContext worker;
  private final Lease lease;
  private final long leasedNanos;
  private HeldLeases.@Nullable HandOut handOut;
  private int index;

  private @Nullable Thread executing;
  private @Nullable Stop stopped;
  private boolean abandoned;
  private volatile boolean started;

  /** When what executes has had its time; meaningful while {@link #executing} is set. */
  private long dueNanos;

  private @Nullable Executed executed;
  private JsonNode given = MissingNode.getInstance();
  private final LeasedInput leasedInput;
  private @Nullable PlannedNode node;
  private final AttemptUsage usage;

  private Task task;
  private int number;

  /**
   * An attempt that is not made yet.
   *
   * @param nowNanos when its lease was handed out
   */
  Attempt(WorkerContext worker, Lease lease, long nowNanos) {
    this.worker = worker;
    this.lease = lease;
    this.leasedNanos = nowNanos;
    this.usage = new AttemptUsage(lease.startBefore().isPresent());
    this.task = lease.task();
    this.number = lease.attempt();
    this.leasedInput = new LeasedInput(worker, lease);
  }

  Lease lease() {
    return lease;
  }

  long leasedNanos() {
    return leasedNanos;
  }

  /** Told by {@link HeldLeases}, before any other thread knows of the attempt. */
  void heldIn(HeldLeases.HandOut ofLease, int position) {
    handOut = ofLease;
    index = position;
  }

  int index() {
    return index;
  }

  /** Takes it out of what is held; null where somebody did that before. */
  synchronized HeldLeases.@Nullable HandOut letGo() {
    HeldLeases.HandOut was = handOut;
    handOut = null;
    return was;
  }

  /** Interrupts the service that runs; before and after it, the reason is only remembered. */
  synchronized void stop(Stop reason) {
    if (stopped == null) {
      stopped = reason;
    }
    if (executing != null) {
      executing.interrupt();
    }
  }

  /** Hands the lease back without having executed anything; the attempt does not count. */
  void handBack() throws InterruptedException {
    end(new Nack.Verdict.HandBack(true, Duration.ZERO));
  }

  /**
   * Executes, and tells how it ended.
   *
   * @return false where nothing of this lease is left to do here, not even to book it
   */
  boolean run() throws InterruptedException {
    RunPlan plan = worker.plan(lease.task().id().run());
    if (plan == null) {
      return false; // the run is gone, and with it the lease
    }
    if (isStopped()) {
      handBack(); // it was lost or cancelled while it waited for a slot
      return true;
    }
    Optional<LeasedInput.Read> read;
    try {
      read = leasedInput.read(plan, this::isStopped);
    } catch (PayloadException e) {
      end(new Nack.Verdict.Bury("the task's payload cannot be read: " + e.getMessage()));
      return true;
    } catch (BlobUnavailableException e) {
      end(again("what the task needs cannot be read: " + e.getMessage(), plan));
      return true;
    }
    if (read.isEmpty()) {
      handBack(); // which also finds out whether the lease is still current
      return true;
    }
    given = read.get().given();
    walk(plan, read.get().item(), read.get().inputs());
    return true;
  }

  /** How many outputs of parts nobody has any more use for, once an end of it is booked. */
  long partsToDrop(Settlement booked) {
    Progress progress = booked.progress();
    return progress.results().isEmpty() && progress.passed().isEmpty() ? 0 : leasedInput.parts();
  }

  private void walk(RunPlan plan, Item item, Map<String, JsonNode> inputs)
      throws InterruptedException {
    Executed done = new Executed(plan, lease, item, worker.hostLanes());
    executed = done;
    Lease.StoredResult stored = lease.stored().orElse(null);
    Stretch stretch = plan.node(lease.task().id().node()).stretch(worker, lease.capped());
    for (Stretch.Step step : stretch.steps()) {
      PlannedNode current = step.node();
      boolean isFirst = node == null;
      node = current;
      if (isFirst && stored != null) {
        done.addStored(current, stored);
        continue;
      }
      if (!isFirst) {
        if (isStopped()) {
          break; // what is left goes back to the queue
        }
        task = done.task(current);
        number = 1;
      }
      Outcome outcome = execute(plan, current, item, isFirst ? inputs : done.inputsOf(current));
      if (outcome instanceof Outcome.Became()) {
        tell(new Completion(lease, done.became(current)));
        return;
      }
      if (!(outcome instanceof Outcome.Success(JsonNode result))) {
        fail(plan, current, outcome);
        return;
      }
      if (!step.isWritten()) {
        done.addPassed(current, result, number);
        continue;
      }
      try {
        done.addWritten(current, item, result, number);
      } catch (PayloadException e) {
        fail(plan, current, Outcome.permanent(String.valueOf(e.getMessage()), e));
        return;
      }
    }
    complete(done);
  }

  private void complete(Executed done) throws InterruptedException {
    if (isAbandoned()) {
      return;
    }
    Progress progress;
    try {
      progress = done.progress(null);
    } catch (PayloadException e) {
      LOG.atDebug().setCause(e).log("An output is too large to be kept for what follows it");
      book(fromTheStart(new Nack.Verdict.HandBack()));
      return;
    }
    book(new Completion(lease, progress));
  }

  /** Books an end, unless the attempt was left behind, which has been booked. */
  private void tell(Settlement settlement) throws InterruptedException {
    if (!isAbandoned()) {
      book(settlement);
    }
  }

  private void book(Settlement settlement) throws InterruptedException {
    worker.book(this, prepared(settlement), usage.take());
  }

  /**
   * Where an output cannot be put where it belongs, the lease begins anew, with an attempt less.
   */
  private Settlement prepared(Settlement settlement) throws InterruptedException {
    try {
      return worker.prepare(settlement);
    } catch (BlobUnavailableException e) {
      RunPlan plan = worker.plan(lease.task().id().run());
      if (plan == null || settlement instanceof Nack(_, _, _, _, Nack.Verdict.HandBack _)) {
        return fromTheStart(new Nack.Verdict.HandBack());
      }
      String first =
          settlement instanceof Nack nack
              ? nack.verdict().reason() + "; and what worked before: "
              : "";
      return fromTheStart(again(first + "an output cannot be kept: " + e.getMessage(), plan));
    }
  }

  /** Another try of the leased task, after a wait. */
  private Nack.Verdict again(String error, RunPlan plan) {
    Duration base = plan.node(lease.task().id().node()).backoff();
    return new Nack.Verdict.Retry(error, worker.backoff(lease.attempt() + 1, base));
  }

  private void fail(RunPlan plan, PlannedNode failed, Outcome outcome) throws InterruptedException {
    if (outcome instanceof Outcome.Elsewhere(Host host, _)) {
      task = task.in(HostLanes.lane(plan, host));
    }
    if (outcome instanceof Outcome.NoVisit()) {
      task = task.inNoLane();
    }
    Nack.Verdict verdict =
        switch (outcome) {
          case Outcome.Success _ -> throw new IllegalStateException("a success is no failure");
          case Outcome.Retryable(String reason, Optional<Throwable> cause) -> {
            Stop why = stopReason();
            if (why != null && why != Stop.TIMEOUT) {
              yield new Nack.Verdict.HandBack();
            }
            log(failed, reason, cause);
            yield new Nack.Verdict.Retry(reason, worker.backoff(number + 1, failed.backoff()));
          }
          case Outcome.Permanent(String reason, Optional<Throwable> cause) -> {
            log(failed, reason, cause);
            yield new Nack.Verdict.Bury(reason);
          }
          case Outcome.RateLimited(String reason, Optional<Duration> retryAfter) -> {
            Duration own = worker.backoff(number + 1, failed.backoff());
            Duration asked = retryAfter.orElse(Duration.ZERO);
            yield new Nack.Verdict.Retry(reason, asked.compareTo(own) > 0 ? asked : own);
          }
          case Outcome.NotNow(boolean sentNothing, Duration delay) ->
              new Nack.Verdict.HandBack(sentNothing, delay);
          case Outcome.Elsewhere(_, boolean sentNothing) ->
              new Nack.Verdict.HandBack(sentNothing, Duration.ZERO);
          case Outcome.NoVisit() -> new Nack.Verdict.HandBack(true, Duration.ZERO);
          case Outcome.Became() -> throw new IllegalStateException("that is no failure");
          case Outcome.Excluded(String reason) -> new Nack.Verdict.Exclude(reason);
        };
    end(verdict);
  }

  private void end(Nack.Verdict verdict) throws InterruptedException {
    tell(nack(verdict));
  }

  /** What did work is kept, so that the task that did not is tried again from there. */
  private Nack nack(Nack.Verdict verdict) {
    Executed done = executed;
    if (done == null) {
      return fromTheStart(verdict);
    }
    try {
      return new Nack(lease, done.progress(node), task, number, verdict);
    } catch (PayloadException e) {
      LOG.atDebug().setCause(e).log("An output is too large to be kept for what follows it");
      return fromTheStart(verdict);
    }
  }

  private Nack fromTheStart(Nack.Verdict verdict) {
    return new Nack(lease, Progress.NONE, lease.task(), lease.attempt(), verdict);
  }

  private Outcome execute(
      RunPlan plan, PlannedNode current, Item item, Map<String, JsonNode> inputs) {
    Outcome outcome;
    try {
      PlannedNode.Ready ready = current.ready(worker);
      RunFleet of =
          new RunFleet(
              task.id(),
              plan.politeness(),
              worker.notes(),
              new RunFleet.Start(lane(), lease.startBefore().isPresent(), this::mayStart),
              worker.hostLanes().paced(),
              new Finding(
                  worker,
                  lease,
                  plan,
                  current,
                  ready.service(),
                  given,
                  () -> stop(Stop.LEASE_LOST)));
      usage.goOn(of);
      ServiceCall call =
          new ServiceCall(
              plan.definition().pipeline().id(),
              current.id(),
              number,
              item,
              ready.config(),
              inputs,
              worker.egress(plan),
              plan.definition().site(),
              of);
      outcome =
          begin(current.timeout())
              ? execute(current, ready.service(), call)
              : Outcome.retryable("stopped before it began");
    } catch (SettingInvalidException e) {
      outcome = Outcome.permanent(String.valueOf(e.getMessage()), e);
    } catch (InterruptedException e) {
      outcome = Outcome.retryable("interrupted", e);
    } catch (Exception | StackOverflowError e) {
      outcome = Outcome.retryable(e.getClass().getSimpleName() + ": " + e.getMessage(), e);
    } finally {
      endExecution();
    }
    return !(outcome instanceof Outcome.Success) && stopReason() == Stop.TIMEOUT
        ? Outcome.retryable(tookTooLong(current))
        : outcome;
  }

  private Outcome execute(PlannedNode current, ScrapingService service, ServiceCall call)
      throws Exception {
    if (current.visitsHosts(worker.hostLanes()) && task.hostLane().isEmpty()) {
      Optional<Host> host = service.host(call); // who submitted the task could not tell
      if (host.isPresent()) {
        return new Outcome.Elsewhere(host.get(), true);
      }
    }
    Outcome outcome = service.execute(call);
    return current.fansOut() && outcome instanceof Outcome.Success
        ? Outcome.permanent(
            "the service \""
                + current.service()
                + "\" put out something for an item that it splits: it is to emit it")
        : outcome;
  }

  private Optional<String> lane() {
    return task.hostLane().map(HostLane::host);
  }

  /** A start that was granted is good once, and only for a time. */
  private boolean mayStart() {
    boolean first = !started;
    started = true;
    return lease.startBefore().isEmpty() || (first && lease.mayStart(System.nanoTime()));
  }

  private static String tookTooLong(PlannedNode current) {
    return "the attempt took longer than its timeout of " + current.timeout().toMillis() + " ms";
  }

  private synchronized boolean begin(Duration timeout) {
    if (stopped != null) {
      return false;
    }
    executing = Thread.currentThread();
    dueNanos = System.nanoTime() + timeout.toNanos();
    return true;
  }

  /** Ends the part that may be interrupted; booking must not be. */
  private synchronized void endExecution() {
    executing = null;
    boolean cleared = Thread.interrupted();
    if (cleared && stopped == null) {
      stopped = Stop.WORKER_STOPS;
    }
  }

  private synchronized @Nullable Stop stopReason() {
    return stopped;
  }

  private boolean isStopped() {
    return stopReason() != null;
  }

  private synchronized boolean isAbandoned() {
    return abandoned;
  }

  /** Visits that should be reported before the attempt ends. */
  List<Visit> takeOverdueVisits(long nowNanos) {
    return usage.takeOverdueVisits(nowNanos);
  }

  /**
   * Interrupts a service whose time is over. One that ignores that for long is left behind: its
   * task goes back without it, and what it yields later is void.
   */
  void endIfOverdue(long nowNanos) {
    Nack nack;
    synchronized (this) {
      if (executing == null || abandoned || node == null || nowNanos - dueNanos < 0) {
        return;
      }
      if (stopped == null) {
        stop(Stop.TIMEOUT);
      }
      if (nowNanos - dueNanos < IGNORED_INTERRUPT.toNanos()) {
        return;
      }
      abandoned = true;
      String error = tookTooLong(node) + " and ignored the interrupt";
      nack = nack(new Nack.Verdict.Retry(error, worker.backoff(number + 1, node.backoff())));
    }
    LOG.atWarn()
        .addKeyValue("run", task.id().run())
        .addKeyValue("node", task.id().node())
        .addKeyValue("item", task.id().item())
        .log("A service ignores the interrupt at its timeout; its task goes back without it");
    Thread.ofVirtual()
        .name("stygian-abandon")
        .start(() -> {
          try {
            book(nack);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  private void log(PlannedNode failed, String reason, Optional<Throwable> cause) {
    if (LOG.isDebugEnabled()) {
      LOG.atDebug()
          .setCause(cause.orElse(null))
          .addKeyValue("task", lease.task().id())
          .addKeyValue("node", failed.id())
          .addKeyValue("attempt", number)
          .addKeyValue("reason", reason)
          .log("An attempt failed");
    }
  }
}
