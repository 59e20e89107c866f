package dev.stygian.graph.engine;

import dev.stygian.graph.error.QueueClosedException;
import dev.stygian.graph.error.QueueRefusedException;
import dev.stygian.graph.error.QueueUnavailableException;
import dev.stygian.graph.error.RunUnknownException;
import dev.stygian.graph.error.StygianException;
import dev.stygian.graph.queue.Completion;
import dev.stygian.graph.queue.Heartbeat;
import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.LeaseRequest;
import dev.stygian.graph.queue.LeaseToken;
import dev.stygian.graph.queue.Nack;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.Settled;
import dev.stygian.graph.queue.WorkQueue;
import dev.stygian.graph.service.EgressRule;
import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.service.ServiceRegistry;
import dev.stygian.graph.settings.Environment;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leases tasks, executes them and books what came of it. One thread asks the queue for as many
 * tasks as there are free slots, each task runs on a virtual thread of its own, and one heartbeat a
 * second, or three in the shortest visibility timeout, renews all leases; without any, one every
 * five seconds tells that the worker lives. A queue that is away is waited for, however long. The
 * feeder and the heart are platform threads: virtual ones take turns only when one blocks, so tasks
 * that compute for long would keep the heart from beating and lose their own leases. Thread-safe;
 * {@link #close} ends all of its threads.
 */
public final class Worker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration STOP_TIME = Duration.ofSeconds(10);
  private static final long PAUSE_MILLIS = 500;
  private static final long BEATS_PER_VISIBILITY = 3;
  private static final long LONGEST_BEAT_MILLIS = 1000;
  private static final long SHORTEST_BEAT_MILLIS = 20;
  private static final long IDLE_BEAT_MILLIS = 5000;
  private static final Duration IDLE_FROM = Duration.ofSeconds(10);

  private final WorkQueue queue;
  private final ServiceRegistry registry;
  private final WorkerOptions options;
  private final Set<String> services;
  private final Plans plans;
  private final Backoff backoff = new Backoff(new Random());
  private final Semaphore slots;
  private final Semaphore hurry = new Semaphore(0);
  private final Map<LeaseToken, Attempt> running = new ConcurrentHashMap<>();
  private final ScheduledExecutorService timers =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("stygian-timers").factory());
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final AtomicReference<Optional<StygianException>> failure =
      new AtomicReference<>(Optional.empty());
  private final Thread feeder;
  private final Thread heart;
  private volatile long beatMillis = LONGEST_BEAT_MILLIS;
  private volatile long lastBusyNanos = System.nanoTime();
  private final Context context = new Context();

  private Worker(WorkQueue queue, ServiceRegistry registry, WorkerOptions options) {
    this.queue = queue;
    this.registry = registry;
    this.options = options;
    this.services = Set.copyOf(registry.available());
    this.plans = new Plans(queue);
    this.slots = new Semaphore(options.slots());
    this.feeder = Thread.ofPlatform().daemon().name("stygian-feeder").unstarted(this::feed);
    this.heart = Thread.ofPlatform().daemon().name("stygian-heart").unstarted(this::beat);
  }

  /** Starts a worker that offers what {@code registry} can run in this process. */
  public static Worker start(WorkQueue queue, ServiceRegistry registry, WorkerOptions options) {
    Worker worker = new Worker(queue, registry, options);
    worker.feeder.start();
    worker.heart.start();
    return worker;
  }

  /** Tasks that execute now. */
  public int running() {
    return running.size();
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
   * Leases nothing more, waits for what runs, and hands back what is still running when the grace
   * period is over; nothing of that costs a task an attempt.
   */
  public void stop(Duration grace) throws InterruptedException {
    stopping.countDown();
    feeder.interrupt();
    feeder.join();
    if (!slots.tryAcquire(options.slots(), grace.toMillis(), TimeUnit.MILLISECONDS)) {
      running.values().forEach(a -> a.stop(Attempt.Stop.WORKER_STOPS));
      if (!slots.tryAcquire(options.slots(), STOP_TIME.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.atWarn()
            .addKeyValue("tasks", running.size())
            .log("Services ignore that the worker stops; their leases will run out");
        return;
      }
    }
    slots.release(options.slots());
  }

  /** Stops at once and ends all threads. Idempotent. */
  @Override
  public void close() {
    try {
      stop(Duration.ZERO);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    heart.interrupt();
    timers.shutdownNow();
    running.values().forEach(a -> a.stop(Attempt.Stop.WORKER_STOPS));
  }

  private boolean isStopping() {
    return stopping.getCount() == 0;
  }

  private void feed() {
    try {
      while (!isStopping()) {
        slots.acquire();
        int free = 1 + slots.drainPermits();
        List<Lease> leases = List.of();
        try {
          leases = leaseUpTo(free);
        } finally {
          slots.release(free - leases.size());
        }
        leases.forEach(this::begin);
      }
    } catch (InterruptedException e) {
      LOG.atDebug().log("The feeder was told to stop");
    } catch (QueueClosedException e) {
      stopping.countDown();
    } catch (StygianException e) {
      giveUp(e);
    } catch (RuntimeException e) {
      giveUp(new QueueRefusedException("a worker cannot go on: " + e, e));
    }
  }

  private void giveUp(StygianException reason) {
    failure.set(Optional.of(reason));
    LOG.atError().setCause(reason).log("A worker cannot go on; it stops");
    stopping.countDown();
  }

  private List<Lease> leaseUpTo(int free) throws InterruptedException {
    if (services.isEmpty()) {
      stopping.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      return List.of();
    }
    try {
      return queue.lease(new LeaseRequest(services, free, options.visibility(), PATIENCE));
    } catch (QueueUnavailableException e) {
      LOG.atWarn().addKeyValue("reason", e.getMessage()).log("No queue to lease from; waiting");
      stopping.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
      return List.of();
    }
  }

  private void begin(Lease lease) {
    Attempt attempt = new Attempt(context, lease);
    running.put(lease.token(), attempt);
    long needed =
        Math.min(LONGEST_BEAT_MILLIS, lease.visibility().toMillis() / BEATS_PER_VISIBILITY);
    if (needed < beatMillis) {
      hurry.release();
    }
    Thread.ofVirtual()
        .name("stygian-task")
        .start(() -> {
          try {
            attempt.run();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } catch (QueueClosedException | RunUnknownException e) {
            LOG.atDebug().setCause(e).log("A lease ended with its queue or its run");
          } catch (RuntimeException e) {
            LOG.atError()
                .setCause(e)
                .addKeyValue("task", lease.task().id())
                .log("A task could not be executed or booked; its lease will run out");
          } finally {
            running.remove(lease.token());
            slots.release();
          }
        });
  }

  private void beat() {
    try {
      while (!(isStopping() && running.isEmpty())) {
        beatOnce();
        var _ = hurry.tryAcquire(beatMillis, TimeUnit.MILLISECONDS);
        hurry.drainPermits();
      }
    } catch (InterruptedException e) {
      LOG.atDebug().log("The heartbeat was told to stop");
    } catch (QueueClosedException | QueueRefusedException e) {
      LOG.atDebug().setCause(e).log("The heartbeat ended with its queue");
    }
  }

  private void beatOnce() {
    Set<Long> held = new HashSet<>();
    long shortestMillis = LONGEST_BEAT_MILLIS * BEATS_PER_VISIBILITY;
    for (Attempt attempt : running.values()) {
      held.add(attempt.lease().token().lease());
      shortestMillis = Math.min(shortestMillis, attempt.lease().visibility().toMillis());
    }
    if (!held.isEmpty()) {
      lastBusyNanos = System.nanoTime();
    }
    beatMillis =
        System.nanoTime() - lastBusyNanos > IDLE_FROM.toNanos()
            ? IDLE_BEAT_MILLIS
            : Math.max(SHORTEST_BEAT_MILLIS, shortestMillis / BEATS_PER_VISIBILITY);
    Heartbeat.Renewal renewal;
    try {
      renewal =
          queue.renew(
              new Heartbeat(options.name(), services, options.slots(), held, options.visibility()));
    } catch (QueueUnavailableException e) {
      LOG.atDebug().setCause(e).log("A heartbeat did not reach the queue");
      return;
    }
    for (Attempt attempt : running.values()) {
      long number = attempt.lease().token().lease();
      if (held.contains(number) && renewal.lost().contains(number)) {
        attempt.stop(Attempt.Stop.LEASE_LOST);
      }
      RunId run = attempt.lease().task().id().run();
      if (renewal.cancelled().contains(run)) {
        attempt.stop(Attempt.Stop.RUN_CANCELLED);
      }
    }
  }

  private final class Context implements WorkerContext {
    @Override
    public Optional<RunPlan> plan(RunId run) {
      return plans.of(run);
    }

    @Override
    public boolean offers(String service) {
      return services.contains(service);
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
    public ScheduledExecutorService timers() {
      return timers;
    }

    @Override
    public Duration backoff(int nextAttempt, Duration base) {
      return backoff.before(nextAttempt, base);
    }

    @Override
    public void complete(Completion completion) throws InterruptedException {
      book(() -> queue.complete(completion));
    }

    @Override
    public void nack(Nack nack) throws InterruptedException {
      book(() -> queue.nack(nack));
    }

    private void book(Callable<Settled> call) throws InterruptedException {
      while (true) {
        try {
          if (call.call() instanceof Settled.LeaseLost(LeaseToken token)) {
            LOG.atDebug().addKeyValue("lease", token).log("A lease was lost before its end");
          }
          return;
        } catch (QueueUnavailableException e) {
          LOG.atWarn().addKeyValue("reason", e.getMessage()).log("Nowhere to book; waiting");
          if (isStopping()) {
            throw e;
          }
        } catch (InterruptedException | RuntimeException e) {
          throw e;
        } catch (Exception e) {
          throw new IllegalStateException("booking throws only what it declares", e);
        }
      }
    }
  }
}
