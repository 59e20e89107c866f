package dev.stygian.graph.engine;

import dev.stygian.graph.queue.CollectedPage;
import dev.stygian.graph.queue.Emission;
import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.Notes;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.queue.Settlement;
import dev.stygian.graph.service.EgressRule;
import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.settings.Environment;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an attempt needs of the worker that makes it. */
interface WorkerContext {
  /** Null where the run is gone. */
  @Nullable RunPlan plan(RunId run);

  /**
   * How far a run is.
   *
   * @throws dev.stygian.graph.error.RunUnknownException where it is gone
   */
  RunStatus status(RunId run);

  boolean offers(String service);

  /** Whether a service only computes; false for one that this worker does not offer. */
  boolean computes(String service);

  ScrapingService service(String name);

  /** Where the tasks of this worker's runs wait that visit hosts. */
  HostLanes hostLanes();

  /** Puts found items into a lease's run; returns whether the lease is current. */
  boolean emit(Lease lease, List<Emission> items, long limit) throws InterruptedException;

  /** Puts the next parts of a lease's item into its run; returns whether the lease is current. */
  boolean emitParts(Lease lease, List<Emission> items, long from) throws InterruptedException;

  /** Some of the outputs that a lease's node collects; empty where the lease is not current. */
  Optional<CollectedPage> collected(Lease lease, long from) throws InterruptedException;

  /** What the processes of its queue tell each other. */
  Notes notes();

  Environment environment();

  EgressRule egress(RunPlan plan);

  Duration backoff(int nextAttempt, Duration base);

  /** Does on this thread what is to be done before the end of an attempt is booked. */
  Settlement prepare(Settlement end) throws InterruptedException;

  /**
   * Sees to it that the end of an attempt is booked, together with others, and soon.
   *
   * @param usage what it used outside, to be reported before
   */
  void book(Attempt attempt, Settlement settlement, Usage usage) throws InterruptedException;
}
