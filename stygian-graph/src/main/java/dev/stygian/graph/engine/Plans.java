package dev.stygian.graph.engine;

import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.WorkQueue;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The plans of the runs that a worker has met; a bounded number is kept. */
final class Plans {
  private static final int MOST = 1000;

  private final WorkQueue queue;
  private final Map<RunId, RunPlan> kept = new ConcurrentHashMap<>();

  Plans(WorkQueue queue) {
    this.queue = queue;
  }

  /** Null where the run is gone. */
  @Nullable RunPlan of(RunId run) {
    RunPlan plan = kept.get(run);
    if (plan == null) {
      plan =
          queue
              .ledger()
              .find(run)
              .map(spec -> new RunPlan(run, RunDefinition.read(spec)))
              .orElse(null);
      if (plan != null) {
        if (kept.size() >= MOST) {
          kept.clear();
        }
        kept.put(run, plan);
      }
    }
    return plan;
  }
}
