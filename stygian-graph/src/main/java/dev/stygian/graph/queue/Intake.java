package dev.stygian.graph.queue;

import dev.stygian.graph.queue.Lease.StoredResult;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Items on their way into a run of a {@link SharedQueue}. Guarded by the queue's lock. */
final class Intake {
  private final Moves moves;
  private final InstantSource clock;

  Intake(Moves moves, InstantSource clock) {
    this.moves = moves;
    this.clock = clock;
  }

  /**
   * Accepts the items of a batch that were not accepted before, as far as there is room.
   *
   * @return whether all of them are accepted now
   */
  boolean enqueue(RunBook run, String submitter, long position, List<Submission> batch) {
    long accepted = run.accepted(submitter);
    if (position < 0 || position > accepted) {
      throw new IllegalArgumentException(
          "submitter \"%s\" of run \"%s\" goes on at position %d, but %d of its items are accepted"
              .formatted(submitter, run.spec.id(), position, accepted));
    }
    for (long i = accepted - position; i < batch.size(); i++) {
      if (!submit(run, batch.get((int) i))) {
        return false;
      }
      accepted++;
      run.accept(submitter, accepted);
    }
    return true;
  }

  /** Accepts one item if there is room for it. */
  boolean submit(RunBook run, Submission submission) {
    if (run.inputClosed) {
      throw new IllegalStateException(
          "the input of run \"" + run.spec.id() + "\" is closed; it takes no more items");
    }
    if (run.cancelled) {
      run.submittedItems++;
      run.cancelledItems++;
      return true;
    }
    if (isAnswered(run, submission)) {
      run.submittedItems++;
      run.doneItems++;
      return true;
    }
    int tasks = submission.first().size();
    if (moves.unfinishedTasks() > 0
        && moves.unfinishedTasks() + tasks > run.spec.limits().maxDepth()) {
      return false;
    }
    LiveItem item = new LiveItem(submission.item(), submission.input());
    List<QueuedTask> first = new ArrayList<>(tasks);
    for (Task task : submission.first()) {
      first.add(new QueuedTask(task, run.lane(task.id().node()), item, 0));
    }
    run.submittedItems++;
    first.forEach(moves::begin);
    return true;
  }

  private boolean isAnswered(RunBook run, Submission submission) {
    List<IdempotencyKey> keys = submission.lastKeys();
    if (keys.isEmpty()) {
      return false;
    }
    if (keys.size() != run.lastNodes.size()) {
      throw new IllegalArgumentException(
          "item \"%s\" has %d last keys, but run \"%s\" has %d last nodes"
              .formatted(submission.item(), keys.size(), run.spec.id(), run.lastNodes.size()));
    }
    long now = clock.millis();
    List<StoredResult> answers = new ArrayList<>(keys.size());
    for (IdempotencyKey key : keys) {
      Optional<StoredResult> answer = moves.stored(key, now);
      if (answer.isEmpty()) {
        return false;
      }
      answers.add(answer.get());
    }
    for (int i = 0; i < keys.size(); i++) {
      StoredResult answer = answers.get(i);
      moves.emit(
          run,
          new Result(
              run.spec.id(),
              submission.item(),
              submission.input(),
              run.lastNodes.get(i),
              answer.output(),
              answer.attempts(),
              keys.get(i)));
    }
    return true;
  }
}
