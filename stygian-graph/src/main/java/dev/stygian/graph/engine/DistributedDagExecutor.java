package dev.stygian.graph.engine;

import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.item.Payload;
import dev.stygian.graph.pipeline.ExecutionSettings;
import dev.stygian.graph.pipeline.InputSettings;
import dev.stygian.graph.pipeline.Node;
import dev.stygian.graph.pipeline.OutputSettings;
import dev.stygian.graph.pipeline.Pipeline;
import dev.stygian.graph.pipeline.Politeness;
import dev.stygian.graph.queue.DeadLetter;
import dev.stygian.graph.queue.IdempotencyKey;
import dev.stygian.graph.queue.Result;
import dev.stygian.graph.queue.ResultBatch;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunLedger;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.queue.Submission;
import dev.stygian.graph.queue.WorkQueue;
import dev.stygian.graph.service.ServiceRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * Executes pipelines over a shared work queue: this process submits, works with as many tasks at
 * once as it was given, and gathers; other processes with workers on the same queue take their
 * share. Thread-safe. The queue and the registry stay the caller's to close.
 */
public final class DistributedDagExecutor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DistributedDagExecutor.class);
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final int LETTERS = 1000;

  private final WorkQueue queue;
  private final ServiceRegistry registry;
  private final WorkerOptions options;

  /** An executor whose worker runs {@code workers} tasks at once in this process. */
  public DistributedDagExecutor(WorkQueue queue, ServiceRegistry registry, int workers) {
    this(queue, registry, WorkerOptions.of(workers));
  }

  public DistributedDagExecutor(WorkQueue queue, ServiceRegistry registry, WorkerOptions options) {
    this.queue = queue;
    this.registry = registry;
    this.options = options;
  }

  /** As the four-argument form, with the services that the executor was made with. */
  public List<TaskOutcome> executeWave(String pipelineId, List<WaveTask> tasks)
      throws InterruptedException {
    return executeWave(pipelineId, tasks, registry);
  }

  /**
   * Executes the tasks of one wave, and nothing else.
   *
   * @param pipelineId repeats of a task within a pipeline of one id get the stored result
   * @return an outcome per task, in the order of the tasks; failed ones are there as failed
   * @throws SettingInvalidException for a service that splits its items: what comes of them is no
   *     outcome of one task
   */
  public List<TaskOutcome> executeWave(
      String pipelineId, List<WaveTask> tasks, ServiceRegistry services)
      throws InterruptedException {
    if (tasks.isEmpty()) {
      return List.of();
    }
    tasks.forEach(task -> checkHasOutcome(pipelineId, task, services));
    RunId run = new RunId("wave " + UUID.randomUUID());
    RunPlan plan = wavePlan(run, pipelineId, tasks, services);
    queue.open(plan.waveSpec());
    List<Submission> items = new ArrayList<>();
    for (int i = 0; i < tasks.size(); i++) {
      WaveTask task = tasks.get(i);
      Payload input = Payload.of(task.input());
      PlannedNode node = plan.node(nodeId(task));
      IdempotencyKey key = node.scope().key(IdempotencyKey.digest(task.input()));
      String item = Integer.toString(i);
      items.add(new Submission(item, input, List.of(plan.task(node, item, input, key)), List.of()));
    }
    try (Worker worker = Worker.start(queue, services, options);
        ExecutorService submitting = runThreads()) {
      Future<Boolean> submitted =
          submitting.submit(() -> {
            queue.enqueue(run, "wave", 0, items, Duration.ofDays(36_500));
            queue.closeInput(run);
            return true;
          });
      Map<String, Result> results = gather(run, submitted, worker);
      return outcomes(run, tasks, results);
    }
  }

  private static void checkHasOutcome(String pipelineId, WaveTask task, ServiceRegistry services) {
    if (services.fansOut(task.service())) {
      throw new SettingInvalidException(
          ("node \"%s\" of a wave of %s: service \"%s\" splits its items, and a wave has one"
                  + " outcome a task; give it a pipeline")
              .formatted(task.node(), pipelineId, task.service()));
    }
  }

  private Map<String, Result> gather(RunId run, Future<Boolean> submitted, Worker worker)
      throws InterruptedException {
    Map<String, Result> results = new HashMap<>();
    String position = ResultBatch.START;
    boolean ended = false;
    while (!ended) {
      ResultBatch batch = queue.ledger().results(run, position, LETTERS, PATIENCE);
      batch.results().forEach(r -> results.put(r.item(), r));
      position = batch.position();
      ended = batch.ended();
      if (!batch.results().isEmpty()) {
        queue.ledger().deliver(run, "wave", new RunLedger.Delivery(position, 0));
      }
      checkAlive(submitted, worker);
    }
    return results;
  }

  /**
   * Platform threads, so that tasks which compute for long do not hold up what goes beside them.
   */
  private static ExecutorService runThreads() {
    return Executors.newThreadPerTaskExecutor(
        Thread.ofPlatform().daemon().name("stygian-run").factory());
  }

  private static void awaitAWhile(Future<?> future) throws InterruptedException {
    try {
      future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException _) {
      // whoever asks next hears of it
    }
  }

  private static void checkAlive(Future<?> submitted, Worker worker) throws InterruptedException {
    if (worker.failure().isPresent()) {
      throw worker.failure().get();
    }
    if (submitted.isDone()) {
      try {
        submitted.get();
      } catch (ExecutionException e) {
        throw e.getCause() instanceof RuntimeException r
            ? r
            : new IllegalStateException(e.getCause());
      }
    }
  }

  private List<TaskOutcome> outcomes(RunId run, List<WaveTask> tasks, Map<String, Result> results) {
    Map<String, DeadLetter> letters = new HashMap<>();
    String after = "";
    List<DeadLetter> page = queue.ledger().deadLetters(run, after, LETTERS);
    while (!page.isEmpty()) {
      page.forEach(l -> letters.put(l.task().id().item(), l));
      after = page.getLast().task().id().item();
      page = queue.ledger().deadLetters(run, after, LETTERS);
    }
    List<TaskOutcome> outcomes = new ArrayList<>();
    for (int i = 0; i < tasks.size(); i++) {
      String item = Integer.toString(i);
      Result result = results.get(item);
      DeadLetter letter = letters.get(item);
      if (result != null) {
        outcomes.add(
            new TaskOutcome(
                tasks.get(i), Optional.of(result.output().decode()), result.attempts(), List.of()));
      } else if (letter != null) {
        outcomes.add(
            new TaskOutcome(
                tasks.get(i),
                Optional.empty(),
                letter.attempts(),
                letter.errors().stream().map(DeadLetter.AttemptError::message).toList()));
      } else {
        outcomes.add(
            new TaskOutcome(tasks.get(i), Optional.empty(), 0, List.of("the run was cancelled")));
      }
    }
    return outcomes;
  }

  private static RunPlan wavePlan(
      RunId run, String pipelineId, List<WaveTask> tasks, ServiceRegistry services) {
    Map<String, Node> nodes = new LinkedHashMap<>();
    for (WaveTask task : tasks) {
      nodes.computeIfAbsent(
          nodeId(task),
          id ->
              new Node(
                  id,
                  services.canonical(task.service()).orElse(task.service()),
                  task.config(),
                  OptionalInt.empty(),
                  Optional.empty(),
                  Optional.empty(),
                  false,
                  OptionalInt.empty()));
    }
    Pipeline pipeline =
        new Pipeline(
            pipelineId,
            "wave",
            ExecutionSettings.defaults(),
            InputSettings.none(),
            OutputSettings.toStandardOutput(),
            List.copyOf(nodes.values()),
            List.of(),
            false,
            Politeness.defaults(),
            Optional.empty());
    return new RunPlan(run, RunDefinition.of(pipeline, services, false, Optional.empty()));
  }

  /** Tasks of one node with different configs are different nodes to the queue. */
  private static String nodeId(WaveTask task) {
    return task.config().isEmpty()
        ? task.node()
        : task.node()
            + " "
            + IdempotencyKey.fromInput(task.service(), task.config()).toString().substring(0, 48);
  }

  /**
   * Runs a pipeline over an input and delivers its results; returns when the run is over. A run of
   * that id that is not finished goes on.
   *
   * @param reader names the sink among the readers of the run
   */
  public RunStatus run(
      RunId run,
      RunDefinition definition,
      Iterator<JsonNode> inputs,
      String reader,
      ResultSink.Opener sink)
      throws InterruptedException {
    Submitter submitter = Submitter.open(queue, run, definition, registry);
    try (ExecutorService submitting = runThreads();
        Worker worker = Worker.start(queue, registry, options)) {
      Future<Long> submitted = submitting.submit(() -> submitter.submitAll(inputs));
      Future<?> delivered =
          submitting.submit(() -> {
            new ResultDelivery(queue.ledger(), run, reader).deliverAll(sink);
            return true;
          });
      try {
        while (!delivered.isDone()) {
          checkAlive(submitted, worker);
          awaitAWhile(delivered);
        }
        checkAlive(delivered, worker);
        while (!submitted.isDone()) {
          awaitAWhile(submitted);
        }
        checkAlive(submitted, worker);
        WhatFollows.await(queue, run, () -> worker.failure().isEmpty())
            .forEach(fault -> LOG.atWarn().addKeyValue("run", run).log(fault));
      } finally {
        submitting.shutdownNow();
      }
      return queue.ledger().status(run);
    }
  }

  /** Nothing is left running between calls, so there is nothing to end. */
  @Override
  public void close() {}
}
