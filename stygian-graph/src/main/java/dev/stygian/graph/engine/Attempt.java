package dev.stygian.graph.engine;

import dev.stygian.graph.error.PayloadException;
import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.item.Item;
import dev.stygian.graph.item.Payload;
import dev.stygian.graph.pipeline.Node;
import dev.stygian.graph.queue.Completion;
import dev.stygian.graph.queue.IdempotencyKey;
import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.Nack;
import dev.stygian.graph.queue.NodeResult;
import dev.stygian.graph.queue.Release;
import dev.stygian.graph.queue.Task;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.settings.Config;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * One lease at work, on a virtual thread of its own: executes the leased node and goes on to the
 * nodes behind it in memory as long as that is a plain chain, then books everything in one call.
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
  private final ReentrantLock lock = new ReentrantLock();
  private final List<NodeResult> booked = new ArrayList<>();
  private @Nullable Thread executing;
  private @Nullable Stop stopped;
  private boolean abandoned;

  Attempt(WorkerContext worker, Lease lease) {
    this.worker = worker;
    this.lease = lease;
  }

  Lease lease() {
    return lease;
  }

  /** Interrupts the service that runs; before and after it, the reason is only remembered. */
  void stop(Stop reason) {
    lock.lock();
    try {
      if (stopped == null) {
        stopped = reason;
      }
      if (executing != null) {
        executing.interrupt();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Executes and books; returns when nothing of this lease is left to do here. */
  void run() throws InterruptedException {
    Optional<RunPlan> plan = worker.plan(lease.task().id().run());
    if (plan.isEmpty()) {
      return; // the run is gone, and with it the lease
    }
    Item item;
    Map<String, JsonNode> inputs = new LinkedHashMap<>();
    try {
      item = new Item(lease.task().id().item(), lease.task().input().decode());
      for (var input : lease.inputs().entrySet()) {
        inputs.put(input.getKey(), input.getValue().decode());
      }
    } catch (PayloadException e) {
      worker.nack(
          new Nack(
              lease,
              List.of(),
              lease.task(),
              lease.attempt(),
              new Nack.Verdict.Bury("the task's payload cannot be read: " + e.getMessage())));
      return;
    }
    walk(plan.get(), item, inputs);
  }

  private void walk(RunPlan plan, Item item, Map<String, JsonNode> firstInputs)
      throws InterruptedException {
    byte[] digest = IdempotencyKey.digest(item.input());
    Node node = plan.node(lease.task().id().node());
    Task task = lease.task();
    Map<String, JsonNode> inputs = firstInputs;
    int attempt = lease.attempt();
    Optional<Lease.StoredResult> stored = lease.stored();
    while (true) {
      Payload output;
      JsonNode value;
      if (stored.isPresent()) {
        output = stored.get().output();
        value = output.decode();
        attempt = stored.get().attempts();
      } else {
        Outcome outcome = execute(plan, node, attempt, item, inputs);
        if (!(outcome instanceof Outcome.Success(JsonNode result))) {
          fail(plan, node, task, attempt, outcome);
          return;
        }
        value = result;
        try {
          output = Payload.of(value);
        } catch (PayloadException e) {
          fail(plan, node, task, attempt, Outcome.permanent(String.valueOf(e.getMessage()), e));
          return;
        }
      }
      stored = Optional.empty();
      Optional<Node> next = next(plan, node);
      boolean keep = next.isEmpty() && !plan.isLast(node.id());
      booked.add(
          new NodeResult(node.id(), task.key(), output, attempt, plan.isLast(node.id()), keep));
      if (next.isEmpty()) {
        complete(plan, node, item, digest);
        return;
      }
      inputs = Map.of(node.id(), value);
      node = next.get();
      task = plan.task(node.id(), item.id(), lease.task().input(), digest);
      attempt = 1;
    }
  }

  /** The node that goes on in memory; empty where the chain ends here. */
  private Optional<Node> next(RunPlan plan, Node node) {
    List<String> successors = plan.successors(node.id());
    if (successors.size() != 1 || node.checkpoint() || node.service().startsWith("ai_")) {
      return Optional.empty();
    }
    Node successor = plan.node(successors.getFirst());
    boolean plain = plan.predecessors(successor.id()).size() == 1;
    return plain && worker.offers(successor.service()) && !isStopped()
        ? Optional.of(successor)
        : Optional.empty();
  }

  private void complete(RunPlan plan, Node last, Item item, byte[] digest)
      throws InterruptedException {
    List<Release> releases =
        plan.successors(last.id()).stream()
            .map(s ->
                new Release(
                    plan.task(s, item.id(), lease.task().input(), digest),
                    plan.predecessors(s).size()))
            .toList();
    if (!isAbandoned()) {
      worker.complete(new Completion(lease, booked, releases));
    }
  }

  private void fail(RunPlan plan, Node node, Task task, int attempt, Outcome outcome)
      throws InterruptedException {
    if (isAbandoned()) {
      return;
    }
    Nack.Verdict verdict =
        switch (outcome) {
          case Outcome.Success _ -> throw new IllegalStateException("a success is no failure");
          case Outcome.Retryable(String reason, Optional<Throwable> cause) ->
              interruptedVerdict()
                  .orElseGet(() -> {
                    log(node, attempt, reason, cause);
                    return new Nack.Verdict.Retry(
                        reason, worker.backoff(attempt + 1, plan.backoff(node)));
                  });
          case Outcome.Permanent(String reason, Optional<Throwable> cause) -> {
            log(node, attempt, reason, cause);
            yield new Nack.Verdict.Bury(reason);
          }
          case Outcome.RateLimited(String reason, Optional<Duration> retryAfter) -> {
            Duration own = worker.backoff(attempt + 1, plan.backoff(node));
            Duration asked = retryAfter.orElse(Duration.ZERO);
            yield new Nack.Verdict.Retry(reason, asked.compareTo(own) > 0 ? asked : own);
          }
        };
    worker.nack(new Nack(lease, checkpoint(), task, attempt, verdict));
  }

  /** What did work, the last of it kept for the task that will be tried again. */
  private List<NodeResult> checkpoint() {
    List<NodeResult> kept = new ArrayList<>(booked);
    if (!kept.isEmpty()) {
      NodeResult last = kept.removeLast();
      kept.add(
          new NodeResult(
              last.node(), last.key(), last.output(), last.attempts(), last.last(), true));
    }
    return kept;
  }

  private Outcome execute(
      RunPlan plan, Node node, int attempt, Item item, Map<String, JsonNode> inputs) {
    Duration timeout = plan.timeout(node);
    ScheduledFuture<?> timer =
        worker
            .timers()
            .schedule(() -> stop(Stop.TIMEOUT), timeout.toMillis(), TimeUnit.MILLISECONDS);
    ScheduledFuture<?> lastResort =
        worker
            .timers()
            .schedule(
                () -> abandon(plan, node, attempt, item, timeout),
                timeout.plus(IGNORED_INTERRUPT).toMillis(),
                TimeUnit.MILLISECONDS);
    Outcome outcome;
    try {
      ScrapingService service = worker.service(node.service());
      Config config = Config.of(service.descriptor().config(), node.config(), worker.environment());
      ServiceCall call =
          new ServiceCall(
              plan.definition().pipeline().id(),
              node.id(),
              attempt,
              item,
              config,
              inputs,
              worker.egress(plan),
              plan.definition().site());
      outcome = begin() ? service.execute(call) : Outcome.retryable("stopped before it began");
    } catch (SettingInvalidException e) {
      outcome = Outcome.permanent(String.valueOf(e.getMessage()), e);
    } catch (InterruptedException e) {
      outcome = Outcome.retryable("interrupted", e);
    } catch (Exception | StackOverflowError e) {
      outcome = Outcome.retryable(e.getClass().getSimpleName() + ": " + e.getMessage(), e);
    } finally {
      end();
      timer.cancel(false);
      lastResort.cancel(false);
    }
    return stopReason() == Stop.TIMEOUT && !(outcome instanceof Outcome.Success)
        ? Outcome.retryable(
            "the attempt took longer than its timeout of " + timeout.toMillis() + " ms")
        : outcome;
  }

  private boolean begin() {
    lock.lock();
    try {
      if (stopped != null) {
        return false;
      }
      executing = Thread.currentThread();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Ends the part that may be interrupted; booking must not be. */
  private void end() {
    lock.lock();
    try {
      executing = null;
      boolean cleared = Thread.interrupted();
      if (cleared && stopped == null) {
        stopped = Stop.WORKER_STOPS;
      }
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Stop stopReason() {
    lock.lock();
    try {
      return stopped;
    } finally {
      lock.unlock();
    }
  }

  private boolean isStopped() {
    return stopReason() != null;
  }

  private boolean isAbandoned() {
    lock.lock();
    try {
      return abandoned;
    } finally {
      lock.unlock();
    }
  }

  private Optional<Nack.Verdict> interruptedVerdict() {
    Stop reason = stopReason();
    return reason == null || reason == Stop.TIMEOUT
        ? Optional.empty()
        : Optional.of(new Nack.Verdict.HandBack());
  }

  /**
   * Gives the task back although its service ignores the interrupt; what it yields later is void.
   */
  private void abandon(RunPlan plan, Node node, int attempt, Item item, Duration timeout) {
    lock.lock();
    try {
      if (executing == null || abandoned) {
        return;
      }
      abandoned = true;
    } finally {
      lock.unlock();
    }
    LOG.atWarn()
        .addKeyValue("run", plan.run())
        .addKeyValue("node", node.id())
        .addKeyValue("item", item.id())
        .log("A service ignores the interrupt at its timeout; its task goes back without it");
    Task task =
        plan.task(node.id(), item.id(), lease.task().input(), IdempotencyKey.digest(item.input()));
    String error =
        "the attempt took longer than its timeout of "
            + timeout.toMillis()
            + " ms and ignored the interrupt";
    Thread.ofVirtual()
        .name("stygian-abandon")
        .start(() -> {
          try {
            worker.nack(
                new Nack(
                    lease,
                    checkpoint(),
                    task,
                    attempt,
                    new Nack.Verdict.Retry(
                        error, worker.backoff(attempt + 1, plan.backoff(node)))));
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  private void log(Node node, int attempt, String reason, Optional<Throwable> cause) {
    LOG.atDebug()
        .setCause(cause.orElse(null))
        .addKeyValue("task", lease.task().id())
        .addKeyValue("node", node.id())
        .addKeyValue("attempt", attempt)
        .addKeyValue("reason", reason)
        .log("An attempt failed");
  }
}
