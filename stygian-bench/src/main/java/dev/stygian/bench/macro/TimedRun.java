package dev.stygian.bench.macro;

import dev.stygian.graph.engine.Worker;
import dev.stygian.graph.engine.WorkerOptions;
import dev.stygian.graph.item.Payload;
import dev.stygian.graph.queue.IdempotencyKey;
import dev.stygian.graph.queue.LaneSpec;
import dev.stygian.graph.queue.Result;
import dev.stygian.graph.queue.ResultBatch;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunLedger;
import dev.stygian.graph.queue.RunLimits;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.queue.Submission;
import dev.stygian.graph.queue.Task;
import dev.stygian.graph.queue.TaskId;
import dev.stygian.graph.queue.WorkQueue;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.service.ServiceDescriptor;
import dev.stygian.graph.service.ServiceRegistry;
import dev.stygian.graph.settings.ConfigSchema;
import dev.stygian.graph.settings.Environment;
import dev.stygian.redis.RedisSettings;
import dev.stygian.redis.RedisWorkQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A run through the engine's worker that notes when each item was due, when its handler began and
 * ended, and when its result was read. All in this process, so by one clock.
 */
final class TimedRun {
  private static final String SERVICE = "timed";
  private static final String NODE = "work";
  private static final RunId RUN = new RunId("latency");
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int SLOTS = 4 * Runtime.getRuntime().availableProcessors();
  private static final int AT_ONCE = 500;
  private static final double LEAD_SECONDS = 1;

  /** How many come first and are not counted: a worker that starts opens connections. */
  private final int lead;

  private final long[] due;
  private final long[] began;
  private final long[] ended;
  private final long[] read;

  private TimedRun(int lead, int items) {
    int all = lead + items;
    this.lead = lead;
    this.due = new long[all];
    this.began = new long[all];
    this.ended = new long[all];
    this.read = new long[all];
  }

  /** Sends so many items at that rate, after some that do not count, and waits for all results. */
  static TimedRun play(String url, int items, double perSecond) throws InterruptedException {
    TimedRun run = new TimedRun(lead(items, perSecond), items);
    try (WorkQueue queue = RedisWorkQueue.open(RedisSettings.of(url).withQueueName("bench"));
        ServiceRegistry registry =
            ServiceRegistry.of(List.of(run.new TimedService()), Environment.ofProcess());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      queue.open(
          new RunSpec(
              RUN,
              "latency",
              "",
              List.of(new LaneSpec(NODE, SERVICE, 0, List.of(), 3)),
              1,
              false,
              RunLimits.defaults()));
      try (Worker _ = Worker.start(queue, registry, WorkerOptions.of(SLOTS))) {
        Future<?> consumed =
            threads.submit(() -> {
              run.readResults(queue.ledger());
              return true;
            });
        OpenLoop.run(
            run.due,
            perSecond,
            AT_ONCE,
            (first, end) -> queue.enqueue(RUN, "open-loop", first, items(first, end), PATIENCE));
        queue.closeInput(RUN);
        Crew.await(List.of(consumed));
      }
    }
    return run;
  }

  /** How many are sent before those that count: a second's, where that is not most of all. */
  static int lead(int items, double perSecond) {
    return (int) Math.min(items / 4.0, perSecond * LEAD_SECONDS);
  }

  private static List<Submission> items(int first, int end) {
    IdempotencyKey.Scope scope = IdempotencyKey.Scope.of("latency", NODE, "", "");
    List<Submission> all = new ArrayList<>(end - first);
    for (int i = first; i < end; i++) {
      var input = Inputs.input(i);
      Payload payload = Payload.of(input);
      IdempotencyKey key = scope.key(IdempotencyKey.digest(input));
      TaskId id = new TaskId(RUN, Integer.toString(i), NODE);
      all.add(
          new Submission(
              id.item(), payload, List.of(new Task(id, SERVICE, key, payload)), List.of(key)));
    }
    return all;
  }

  private void readResults(RunLedger ledger) throws InterruptedException {
    ResultBatch some = new ResultBatch(List.of(), ResultBatch.START, false);
    long taken = 0;
    while (!some.ended()) {
      some = ledger.results(RUN, some.position(), 1000, Duration.ofSeconds(1));
      long now = System.nanoTime();
      for (Result result : some.results()) {
        read[Integer.parseInt(result.item())] = now;
      }
      taken += some.results().size();
      if (!some.results().isEmpty()) {
        ledger.deliver(RUN, "latency", new RunLedger.Delivery(some.position(), taken));
      }
    }
    if (taken != due.length) {
      throw new IllegalStateException(taken + " results of " + due.length + " items");
    }
  }

  /** From when an item was due to the begin of its handler. */
  Percentiles toStart() {
    return percentiles(due, began);
  }

  /** From the end of a handler to the moment at which the consumer had its result. */
  Percentiles toResult() {
    return percentiles(ended, read);
  }

  /** How many items a second went all the way, from the first due to the last read. */
  double perSecond() {
    long last = 0;
    for (long time : read) {
      last = Math.max(last, time - due[0]);
    }
    return due.length * 1e9 / last;
  }

  private Percentiles percentiles(long[] from, long[] to) {
    Percentiles all = new Percentiles();
    for (int i = lead; i < from.length; i++) {
      all.note(from[i], to[i]);
    }
    return all;
  }

  /** Does nothing but look at the clock. */
  private final class TimedService implements ScrapingService {
    @Override
    public ServiceDescriptor descriptor() {
      return new ServiceDescriptor(
          SERVICE, List.of(), "notes when it is called", ConfigSchema.empty());
    }

    @Override
    public Outcome execute(ServiceCall call) {
      int number = Integer.parseInt(call.item().id());
      began[number] = System.nanoTime();
      Outcome outcome = Outcome.success(call.item().input());
      ended[number] = System.nanoTime();
      return outcome;
    }
  }
}
