package dev.stygian.graph.engine;

import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.WorkQueue;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The plans of the runs that a worker has met; a bounded number is kept. */
final class Plans {
  private static final int MOST = 1000;

  private final WorkQueue queue;
  private final Map<RunId, RunPlan> kept = new ConcurrentHashMap<>();

  Plans(WorkQueue queue) {
    this.queue = queue;
  }

  /** Empty where the run is gone. */
  Optional<RunPlan> of(RunId run) {
    RunPlan plan = kept.get(run);
    if (plan != null) {
      return Optional.of(plan);
    }
    Optional<RunPlan> made =
        queue.ledger().find(run).map(spec -> new RunPlan(run, RunDefinition.read(spec)));
    if (kept.size() >= MOST) {
      kept.clear();
    }
    made.ifPresent(p -> kept.put(run, p));
    return made;
  }
}
