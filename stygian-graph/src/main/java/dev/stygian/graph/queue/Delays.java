package dev.stygian.graph.queue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Consumer;

/** The delayed tasks of a {@link LocalWorkQueue}. Guarded by the queue's lock. */
final class Delays {
  private final PriorityQueue<Delayed> byDue =
      new PriorityQueue<>(
          Comparator.<Delayed>comparingLong(d -> d.due).thenComparingLong(d -> d.number));
  private long lastNumber;

  private record Delayed(QueuedTask task, long due, long number) {}

  void add(QueuedTask task, long due) {
    lastNumber++;
    byDue.add(new Delayed(task, due, lastNumber));
    task.lane.delayBegins();
  }

  /** Takes out at most {@code max} tasks that are due, the earliest first. */
  List<QueuedTask> takeDue(long now, int max) {
    if (nextDue() > now) {
      return List.of();
    }
    List<QueuedTask> due = new ArrayList<>();
    while (due.size() < max && nextDue() <= now) {
      QueuedTask task = byDue.remove().task;
      task.lane.delayEnds();
      due.add(task);
    }
    return due;
  }

  /** Takes out all tasks of a run. */
  void drain(RunBook run, Consumer<QueuedTask> dropped) {
    byDue.removeIf(delayed -> {
      boolean ofRun = delayed.task.lane.run == run;
      if (ofRun) {
        delayed.task.lane.delayEnds();
        dropped.accept(delayed.task);
      }
      return ofRun;
    });
  }

  /** When the first one of a lane is due; empty where it has none. */
  Optional<Instant> nextDue(Lane lane) {
    return byDue.stream()
        .filter(delayed -> delayed.task.lane == lane)
        .map(delayed -> Instant.ofEpochMilli(delayed.due))
        .min(Comparator.naturalOrder());
  }

  /** When the next one is due; {@link Long#MAX_VALUE} where there is none. */
  long nextDue() {
    Delayed first = byDue.peek();
    return first == null ? Long.MAX_VALUE : first.due;
  }
}
