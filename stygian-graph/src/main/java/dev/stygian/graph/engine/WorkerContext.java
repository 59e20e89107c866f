package dev.stygian.graph.engine;

import dev.stygian.graph.queue.Completion;
import dev.stygian.graph.queue.Nack;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.service.EgressRule;
import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.settings.Environment;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;

/** What an attempt needs of the worker that makes it. */
interface WorkerContext {
  Optional<RunPlan> plan(RunId run);

  boolean offers(String service);

  ScrapingService service(String name);

  Environment environment();

  EgressRule egress(RunPlan plan);

  ScheduledExecutorService timers();

  Duration backoff(int nextAttempt, Duration base);

  /** Books, trying again as long as the queue is away and the worker lives. */
  void complete(Completion completion) throws InterruptedException;

  void nack(Nack nack) throws InterruptedException;
}
