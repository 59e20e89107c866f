package dev.stygian.graph.engine;

import dev.stygian.graph.error.QueueClosedException;
import dev.stygian.graph.error.QueueRefusedException;
import dev.stygian.graph.error.QueueUnavailableException;
import dev.stygian.graph.error.RunUnknownException;
import dev.stygian.graph.error.StygianException;
import dev.stygian.graph.queue.CollectedPage;
import dev.stygian.graph.queue.Emission;
import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.LeaseRequest;
import dev.stygian.graph.queue.Notes;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.queue.Settlement;
import dev.stygian.graph.queue.WorkQueue;
import dev.stygian.graph.service.EgressRule;
import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.service.ServiceDescriptor;
import dev.stygian.graph.service.ServiceRegistry;
import dev.stygian.graph.settings.Environment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leases tasks, executes them and books what came of it. A queue that is away is waited for,
 * however long. Thread-safe; {@link #close} ends all of its threads.
 *
 * <p>A lease goes through three places, and its {@link Heart} renews it in each: it waits for a
 * slot, a {@link Runners runner} executes it, its end waits to be {@link Bookings booked}. A slot
 * is free when the execution has ended. What the worker holds is bounded:
 *
 * <ul>
 *   <li>waiting and executing: the slots, and as many more as end in some milliseconds ({@link
 *       LeaseAhead}), so that short tasks are leased and booked by the hundred;
 *   <li>not yet booked: {@link #UNBOOKED} ends, and their outputs by bytes.
 * </ul>
 *
 * <p>The feeder asks for more once there is room for {@link #WORTH_A_CALL} (or half of what it may
 * take, if that is less), or at once when no more than half of what it took ahead waits; so an idle
 * worker is never kept waiting, and a slot that becomes free hardly ever waits for an answer. What
 * waited for longer than {@link #LONGEST_WAIT} goes back to the queue for others, as all that waits
 * does when the worker stops: nothing of it was executed, so no attempt is lost.
 */
public final class Worker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration STOP_TIME = Duration.ofSeconds(10);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);
  private static final long PAUSE_MILLIS = 500;
  private static final long LOOK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int UNBOOKED = 1000;
  private static final int WORTH_A_CALL = 100;

  /** So many tasks that no script takes longer than a millisecond. */
  private static final int MOST_PER_CALL = 200;

  private final WorkQueue queue;
  private final ServiceRegistry registry;
  private final WorkerOptions options;
  private final SharedSlots.Part slots;
  private final Set<String> services;
  private final Context context = new Context();
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final AtomicReference<Optional<StygianException>> failure =
      new AtomicReference<>(Optional.empty());
  private final HeldLeases held = new HeldLeases();
  private final Runners runners;
  private final Bookings bookings;
  private final Heart heart;
  private final Watch watch;
  private final Plans plans;
  private final HostLanes hostLanes;
  private final Backoff backoff = new Backoff(new Random());
  private final Thread feeder;
  private final LeaseAhead leaseAhead = new LeaseAhead(System.nanoTime());
  private long leased;
  private volatile int ahead;
  private volatile boolean feederWaits;

  private Worker(
      WorkQueue queue, ServiceRegistry registry, WorkerOptions options, SharedSlots.Part slots) {
    this.queue = queue;
    this.registry = registry;
    this.options = options;
    this.slots = slots;
    this.services = Set.copyOf(registry.available());
    this.plans = new Plans(queue);
    this.hostLanes = new HostLanes(registry, queue.notes());
    this.runners = new Runners(slots, this::execute, this::roomChanged);
    this.bookings =
        new Bookings(queue, held, stopping, () -> runners.waiting() > 0, this::roomChanged);
    this.watch = new Watch(held, bookings::report);
    this.heart = new Heart(queue, options, services, held, stopping, this::handBackWhatWaits);
    this.feeder = Thread.ofPlatform().daemon().name("stygian-feeder").unstarted(this::feed);
  }

  /** Starts a worker that offers what {@code registry} can run in this process. */
  public static Worker start(WorkQueue queue, ServiceRegistry registry, WorkerOptions options) {
    return start(queue, registry, options, new SharedSlots(options.slots()).part(0, 1));
  }

  /**
   * Starts a worker that shares the slots of its process with those of other queues.
   *
   * @param slots this worker's alone; their number is that of {@code options}
   */
  public static Worker start(
      WorkQueue queue, ServiceRegistry registry, WorkerOptions options, SharedSlots.Part slots) {
    Worker worker = new Worker(queue, registry, options, slots);
    worker.bookings.start();
    worker.watch.start();
    worker.feeder.start();
    worker.heart.start();
    return worker;
  }

  /** Tasks that execute now. */
  public int running() {
    return runners.active();
  }

  /** What this worker offers. */
  public Set<String> services() {
    return services;
  }

  /** Why the worker ended by itself: the queue refused it. */
  public Optional<StygianException> failure() {
    return failure.get();
  }

  /** Waits until the worker stops, by {@link #stop} or by itself. */
  public void await() throws InterruptedException {
    stopping.await();
  }

  /**
   * Leases nothing more, waits for what runs, and hands back what did not begin, and what is still
   * running when the grace period is over; nothing of that costs a task an attempt. Returns when
   * all of it is booked.
   */
  public void stop(Duration grace) throws InterruptedException {
    stopping.countDown();
    feeder.interrupt();
    feeder.join();
    for (Attempt first = runners.next(); first != null; first = runners.next()) {
      first.handBack();
    }
    if (!held.awaitEmpty(grace.toMillis())) {
      held.forEach(a -> a.stop(Attempt.Stop.WORKER_STOPS));
      if (!held.awaitEmpty(STOP_TIME.toMillis())) {
        LOG.atWarn()
            .addKeyValue("tasks", held.size())
            .log(
                runners.active() > 0
                    ? "Services ignore that the worker stops; their leases will run out"
                    : "The queue does not take what ended; the leases will run out");
      }
    }
  }

  /** Stops at once and ends all threads. Idempotent. */
  @Override
  public void close() {
    try {
      stop(Duration.ZERO);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    heart.close();
    watch.close();
    bookings.close();
    held.forEach(a -> a.stop(Attempt.Stop.WORKER_STOPS));
  }

  private boolean isStopping() {
    return stopping.getCount() == 0;
  }

  private void feed() {
    try {
      while (!isStopping()) {
        leaseAndBegin(awaitRoom());
      }
    } catch (InterruptedException e) {
      LOG.atDebug().log("The feeder was told to stop");
    } catch (QueueClosedException e) {
      stopping.countDown();
    } catch (StygianException e) {
      giveUp(e);
    } catch (RuntimeException e) {
      giveUp(new QueueRefusedException("a worker cannot go on: " + e, e));
    } finally {
      slots.leave();
    }
  }

  private void giveUp(StygianException reason) {
    failure.set(Optional.of(reason));
    LOG.atError().setCause(reason).log("A worker cannot go on; it stops");
    stopping.countDown();
  }

  /** Waits until it is worth a call to ask for more. */
  private int awaitRoom() throws InterruptedException {
    ahead = leaseAhead.leases(leased - runners.waiting() - runners.active(), System.nanoTime());
    int room = room();
    while (!isWorthACall(room)) {
      feederWaits = true;
      room = room();
      if (!isWorthACall(room)) {
        LockSupport.parkNanos(this, LOOK_AGAIN_NANOS); // others may wait for a queue that is away
      }
      feederWaits = false;
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      room = room();
    }
    return room; // as it was judged: other queues' workers may have taken some of it by now
  }

  private int room() {
    int executable = slots.room(ahead, MOST_PER_CALL);
    int holdable = slots.slots() + LeaseAhead.MOST + UNBOOKED - held.size();
    return Math.min(MOST_PER_CALL, Math.min(executable, holdable));
  }

  private boolean isWorthACall(int room) {
    return room > 0
        && (2 * runners.waiting() <= ahead
            || room >= Math.min(WORTH_A_CALL, (slots.slots() + ahead + 1) / 2));
  }

  private void roomChanged() {
    if (feederWaits && isWorthACall(room())) {
      feederWaits = false;
      LockSupport.unpark(feeder);
    }
  }

  private void leaseAndBegin(int most) throws InterruptedException {
    if (services.isEmpty()) {
      stopping.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      return;
    }
    Duration patience = slots.asks(most) ? PATIENCE : Duration.ZERO;
    int leasedNow = 0;
    try {
      List<Lease> leases =
          queue.lease(new LeaseRequest(services, most, options.visibility(), patience));
      leasedNow = leases.size();
      begin(leases); // they wait for slots before other queues hear that these were the last
    } catch (QueueUnavailableException e) {
      LOG.atWarn().addKeyValue("reason", e.getMessage()).log("No queue to lease from; waiting");
      stopping.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    } finally {
      slots.got(leasedNow, most);
    }
  }

  private void begin(List<Lease> leases) {
    if (leases.isEmpty()) {
      return;
    }
    long now = System.nanoTime();
    List<Attempt> attempts = new ArrayList<>(leases.size());
    for (Lease lease : leases) {
      attempts.add(new Attempt(context, lease, now));
    }
    held.hold(attempts);
    leased += leases.size();
    heart.look(leases);
    watch.look();
    runners.add(attempts);
  }

  private void execute(Attempt attempt) {
    boolean isOver = true;
    try {
      isOver = !attempt.run();
    } catch (InterruptedException e) { // the runner goes on, with its next attempt uninterrupted
      LOG.atDebug().setCause(e).log("An attempt was told to stop while it was handed over");
    } catch (QueueClosedException | RunUnknownException e) {
      LOG.atDebug().setCause(e).log("A lease ended with its queue or its run");
    } catch (RuntimeException e) {
      LOG.atError()
          .setCause(e)
          .addKeyValue("task", attempt.lease().task().id())
          .log("A task could not be executed; its lease will run out");
    } finally {
      if (isOver) {
        held.forget(attempt);
      }
    }
  }

  private void handBackWhatWaits() {
    try {
      long since = System.nanoTime() - LONGEST_WAIT.toNanos();
      for (Attempt a = runners.nextSince(since); a != null; a = runners.nextSince(since)) {
        a.handBack();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Context implements WorkerContext {
    @Override
    public @Nullable RunPlan plan(RunId run) {
      return plans.of(run);
    }

    @Override
    public RunStatus status(RunId run) {
      return queue.ledger().status(run);
    }

    @Override
    public boolean offers(String service) {
      return services.contains(service);
    }

    @Override
    public boolean computes(String service) {
      return services.contains(service)
          && registry.service(service).descriptor().work() == ServiceDescriptor.Work.COMPUTES;
    }

    @Override
    public ScrapingService service(String name) {
      return registry.service(name);
    }

    @Override
    public Environment environment() {
      return registry.environment();
    }

    @Override
    public EgressRule egress(RunPlan plan) {
      return plan.egress(options.allowPrivate());
    }

    @Override
    public Duration backoff(int nextAttempt, Duration base) {
      return backoff.before(nextAttempt, base);
    }

    @Override
    public HostLanes hostLanes() {
      return hostLanes;
    }

    @Override
    public boolean emit(Lease lease, List<Emission> items, long limit) throws InterruptedException {
      return queue.emit(lease, items, limit).isPresent();
    }

    @Override
    public boolean emitParts(Lease lease, List<Emission> items, long from)
        throws InterruptedException {
      return queue.emitParts(lease, items, from).isPresent();
    }

    @Override
    public Optional<CollectedPage> collected(Lease lease, long from) throws InterruptedException {
      return queue.collected(lease, from);
    }

    @Override
    public Notes notes() {
      return queue.notes();
    }

    @Override
    public Settlement prepare(Settlement end) throws InterruptedException {
      return queue.prepare(end);
    }

    @Override
    public void book(Attempt attempt, Settlement settlement, Usage usage)
        throws InterruptedException {
      bookings.book(attempt, settlement, usage);
    }
  }
}
