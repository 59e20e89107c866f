package dev.stygian.graph.engine;

import dev.stygian.graph.queue.CollectedPage;
import dev.stygian.graph.queue.Emission;
import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.LocalWorkQueue;
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
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A worker for one attempt, which gives a test what is to be booked. */
final class ScriptedContext implements WorkerContext {
  private final WorkQueue queue;
  private final Plans plans;
  private final ServiceRegistry registry;
  private final Notes notes = new LocalWorkQueue().notes();
  private final Consumer<Settlement> booking;
  private final CountDownLatch booked = new CountDownLatch(1);

  ScriptedContext(WorkQueue queue, ServiceRegistry registry, Consumer<Settlement> booking) {
    this.queue = queue;
    this.plans = new Plans(queue);
    this.registry = registry;
    this.booking = booking;
  }

  boolean isBooked() {
    return booked.getCount() == 0;
  }

  void awaitBooked() throws InterruptedException {
    if (!booked.await(20, TimeUnit.SECONDS)) {
      throw new AssertionError("nothing was booked");
    }
  }

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
    return true;
  }

  @Override
  public boolean computes(String service) {
    return registry.service(service).descriptor().work() == ServiceDescriptor.Work.COMPUTES;
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
    return plan.egress(false);
  }

  @Override
  public Duration backoff(int nextAttempt, Duration base) {
    return Duration.ZERO;
  }

  @Override
  public HostLanes hostLanes() {
    return new HostLanes(registry, notes());
  }

  @Override
  public Notes notes() {
    return notes;
  }

  @Override
  public boolean emit(Lease lease, List<Emission> items, long limit) {
    return true;
  }

  @Override
  public boolean emitParts(Lease lease, List<Emission> items, long from) {
    return true;
  }

  @Override
  public Optional<CollectedPage> collected(Lease lease, long from) throws InterruptedException {
    return queue.collected(lease, from);
  }

  @Override
  public Settlement prepare(Settlement end) {
    return end;
  }

  @Override
  public void book(Attempt attempt, Settlement settlement, Usage usage) {
    booking.accept(settlement);
    booked.countDown();
  }
}
