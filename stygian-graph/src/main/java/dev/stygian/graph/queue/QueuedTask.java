package dev.stygian.graph.queue;

import dev.stygian.graph.queue.DeadLetter.AttemptError;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An unfinished task of a {@link LocalWorkQueue}, in whatever state. Guarded by the queue's lock.
 */
final class QueuedTask {
  final Task task;
  final Lane lane;
  final LiveItem item;
  private int attempts;
  private List<AttemptError> errors = List.of();
  private @Nullable ArrayDeque<QueuedTask> followers;

  QueuedTask(Task task, Lane lane, LiveItem item, int attempts) {
    this.task = task;
    this.lane = lane;
    this.item = item;
    this.attempts = attempts;
  }

  /** The same one, as it is to wait from now on. */
  QueuedTask as(Task changed) {
    if (changed.hostLane().equals(task.hostLane())) {
      return this;
    }
    QueuedTask moved = new QueuedTask(changed, lane, item, attempts);
    moved.errors = errors;
    return moved;
  }

  /** Attempts that are over. */
  int attempts() {
    return attempts;
  }

  List<AttemptError> errors() {
    return errors;
  }

  boolean isExhausted() {
    return attempts >= lane.spec.maxAttempts();
  }

  void handedBack(int attempt) {
    attempts = attempt - 1;
  }

  void failed(AttemptError error) {
    attempts = error.attempt();
    if (errors.isEmpty()) {
      errors = new ArrayList<>(2);
    }
    errors.add(error);
  }

  /** The task as a replay puts it back. */
  QueuedTask renewed() {
    return new QueuedTask(task, lane, item, 0);
  }

  /** Lets a task of the same key wait for the end of this one's lease. */
  void follow(QueuedTask follower) {
    if (followers == null) {
      followers = new ArrayDeque<>(2);
    }
    followers.addLast(follower);
  }

  /** The tasks that wait for the end of this one's lease; they do so no longer. */
  ArrayDeque<QueuedTask> releaseFollowers() {
    ArrayDeque<QueuedTask> all = followers;
    followers = null;
    return all == null ? new ArrayDeque<>(0) : all;
  }

  boolean hasFollowers() {
    return followers != null;
  }
}
