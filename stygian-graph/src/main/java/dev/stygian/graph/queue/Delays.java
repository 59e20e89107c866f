package dev.stygian.graph.queue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.stream.Collectors;

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

  /** The tasks of a node, those of a host together, with what is noted of its robots.txt. */
  List<Observation.Delay> of(Lane node, Notes notes) {
    Map<Optional<HostLane>, List<Delayed>> byHost =
        byDue.stream()
            .filter(delayed -> delayed.task.lane == node)
            .collect(Collectors.groupingBy(delayed -> delayed.task.task.hostLane()));
    List<Observation.Delay> all = new ArrayList<>();
    byHost.forEach((host, some) ->
        all.add(
            new Observation.Delay(
                host,
                some.size(),
                false,
                Instant.ofEpochMilli(some.stream().mapToLong(d -> d.due).min().orElseThrow()),
                host.flatMap(lane -> notes.find(RobotsNote.name(lane.host())))
                    .flatMap(RobotsNote::of))));
    return all;
  }

  /** When the next one is due; {@link Long#MAX_VALUE} where there is none. */
  long nextDue() {
    Delayed first = byDue.peek();
    return first == null ? Long.MAX_VALUE : first.due;
  }
}
