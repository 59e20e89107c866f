package dev.stygian.graph.engine;

import dev.stygian.graph.queue.DeadLetter;
import dev.stygian.graph.queue.ResultBatch;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.queue.WorkQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** What is done when a run is over: by the workers of its queue, in a run that follows it. */
public final class WhatFollows {
  private static final Duration PATIENCE = Duration.ofMillis(200);
  private static final int LETTERS = 100;

  private WhatFollows() {}

  /**
   * Waits until what follows a run that is over is done, too. Does not wait for what no live worker
   * can do.
   *
   * @param goesOn whether to wait any longer
   * @return what did not work or waits, a sentence each; empty where nothing follows the run
   */
  public static List<String> await(WorkQueue queue, RunId run, BooleanSupplier goesOn)
      throws InterruptedException {
    Optional<RunId> next = queue.ledger().find(run).flatMap(spec -> spec.next());
    return next.isEmpty() ? List.of() : await(queue, next.get(), run, goesOn);
  }

  private static List<String> await(WorkQueue queue, RunId next, RunId run, BooleanSupplier goesOn)
      throws InterruptedException {
    String position = ResultBatch.START;
    RunStatus status = queue.ledger().status(next);
    while (status.finished().isEmpty()
        && status.missingServices().isEmpty()
        && goesOn.getAsBoolean()) {
      position = queue.ledger().results(next, position, LETTERS, PATIENCE).position();
      status = queue.ledger().status(next);
    }
    List<String> faults = new ArrayList<>();
    for (String service : status.missingServices()) {
      faults.add(
          "on_finish of run "
              + run
              + " waits: no live worker offers "
              + service
              + "; see stygian status "
              + next);
    }
    for (DeadLetter letter : queue.ledger().deadLetters(next, "", LETTERS)) {
      faults.add(
          "on_finish of run "
              + run
              + ": the "
              + letter.task().id().node()
              + " did not work in "
              + letter.attempts()
              + " attempts: "
              + letter.errors().getLast().message());
    }
    return faults;
  }
}
