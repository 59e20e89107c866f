package dev.stygian.graph.queue;

import dev.stygian.graph.queue.Lease.StoredResult;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Items on their way into a run of a {@link SharedQueue}. A run's maximum depth is for tasks that
 * wait for workers to come; while there are some, a producer is kept {@link #AHEAD} tasks ahead of
 * them, or some per slot: more would only fill memory. Guarded by the queue's lock.
 */
final class Intake {
  private static final long AHEAD = 5_000;
  private static final long AHEAD_PER_SLOT = 4;

  /** The submitter of single tasks. */
  private static final String BY_HAND = "";

  private final Moves moves;
  private final Attendance attendance;
  private final InstantSource clock;

  Intake(Moves moves, Attendance attendance, InstantSource clock) {
    this.moves = moves;
    this.attendance = attendance;
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
    long depth = depth(run);
    for (long i = accepted - position; i < batch.size(); i++) {
      if (!submit(run, batch.get((int) i), depth)) {
        return false;
      }
      accepted++;
      run.accept(submitter, accepted);
    }
    return true;
  }

  /** Accepts one item if there is room for it. */
  boolean submit(RunBook run, Submission submission) {
    boolean accepted = submit(run, submission, depth(run));
    if (accepted) {
      run.accept(BY_HAND, run.accepted(BY_HAND) + 1);
    }
    return accepted;
  }

  /** How many tasks may be unfinished when an item of the run comes. */
  long depth(RunBook run) {
    long slots = attendance.slots(clock.millis());
    long most = run.spec.limits().maxDepth();
    return slots == 0 ? most : Math.min(most, Math.max(AHEAD, AHEAD_PER_SLOT * slots));
  }

  private boolean submit(RunBook run, Submission submission, long depth) {
    if (run.inputClosed) {
      throw new IllegalStateException(
          "the input of run \"" + run.spec.id() + "\" is closed; it takes no more items");
    }
    if (run.cancelled) {
      run.submittedItems++;
      run.cancelledItems++;
      submission.first().forEach(task -> moves.cancelAtOnce(run.lane(task.id().node())));
      return true;
    }
    if (isAnswered(run, submission)) {
      run.submittedItems++;
      run.doneItems++;
      return true;
    }
    int tasks = submission.first().size();
    if (moves.unfinishedTasks() > 0 && moves.unfinishedTasks() + tasks > depth) {
      return false;
    }
    LiveItem item = new LiveItem(submission.item(), submission.input());
    List<QueuedTask> first = new ArrayList<>(tasks);
    for (Task task : submission.first()) {
      first.add(new QueuedTask(task, run.lane(task.id().node()), item, 0));
    }
    run.submittedItems++;
    first.forEach(moves::beginItem);
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
    run.givenResults += keys.size();
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
