package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import dev.stygian.cli.output.Progress;
import dev.stygian.cli.output.ResultOutput;
import dev.stygian.graph.engine.ResultDelivery;
import dev.stygian.graph.engine.Submitter;
import dev.stygian.graph.engine.Worker;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.queue.WorkQueue;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.databind.JsonNode;

/**
 * One run from its submission to its last result: three things that go on at once (submitting,
 * working, delivering), watched by the command's thread.
 */
final class RunSession {
  /** The first Ctrl-C lets tasks end in their own time; the second is for who will not wait. */
  private static final Duration FINISH = Duration.ofMinutes(10);

  private static final long LOOK_MILLIS = 200;

  private final Console console;
  private final WorkQueue queue;
  private final RunId run;
  private final ResultOutput output;

  RunSession(Console console, WorkQueue queue, RunId run, ResultOutput output) {
    this.console = console;
    this.queue = queue;
    this.run = run;
    this.output = output;
  }

  /**
   * Runs to the end, or until it is asked to stop; then what was running is done and delivered.
   *
   * @return the last status, which tells whether the run is over
   */
  RunStatus run(
      Submitter submitter,
      Iterator<JsonNode> items,
      Worker worker,
      WorkerProcesses processes,
      Interruption interruption)
      throws InterruptedException {
    ResultDelivery delivery = new ResultDelivery(queue.ledger(), run, output.reader());
    try (Progress progress = Progress.on(console)) {
      try (ExecutorService threads =
          Executors.newThreadPerTaskExecutor(
              Thread.ofPlatform().daemon().name("stygian-run").factory())) {
        Future<Long> submitted = threads.submit(() -> submitter.submitAll(items));
        Future<Boolean> delivered =
            threads.submit(() -> {
              delivery.deliverAll(output);
              return true;
            });
        try {
          while (!isDone(delivered) && !interruption.isAsked()) {
            watch(submitted, worker);
            if (!interruption.isAsked()) { // Ctrl-C reaches them as well
              processes.reportDead();
            }
            if (console.isLive()) {
              progress.show(queue.ledger().status(run));
            }
          }
          if (interruption.isAsked()) {
            submitted.cancel(true);
            processes.stop(FINISH);
            worker.stop(FINISH);
          } else {
            submitted.get();
          }
        } catch (ExecutionException e) {
          throw cause(e);
        } finally {
          threads.shutdownNow();
        }
      }
      if (interruption.isAsked()) {
        delivery.deliverPresent(output);
      }
      return queue.ledger().status(run);
    }
  }

  private static boolean isDone(Future<Boolean> delivered)
      throws InterruptedException, ExecutionException {
    try {
      return delivered.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException _) {
      return false;
    }
  }

  private static void watch(Future<Long> submitted, Worker worker)
      throws InterruptedException, ExecutionException {
    if (submitted.isDone()) {
      submitted.get();
    }
    Optional<? extends RuntimeException> failure = worker.failure();
    if (failure.isPresent()) {
      throw failure.get();
    }
  }

  private static RuntimeException cause(ExecutionException e) throws InterruptedException {
    return switch (e.getCause()) {
      case RuntimeException failure -> failure;
      case InterruptedException interrupted -> throw interrupted;
      case null, default -> new IllegalStateException(e.getCause());
    };
  }
}
