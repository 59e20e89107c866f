package dev.stygian.graph.queue;

import java.util.ArrayDeque;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whose task is next: the runs that have waiting tasks take turns of {@link #QUANTUM} tasks, so a
 * large run delays a small one by one turn at most. Guarded by the queue's lock.
 */
final class Turns {
  static final int QUANTUM = 100;

  private final ArrayDeque<RunBook> runs = new ArrayDeque<>();
  private final Hosts hosts;
  private int left = QUANTUM;

  Turns(Hosts hosts) {
    this.hosts = hosts;
  }

  /** Says that a run has a waiting task. */
  void join(RunBook run) {
    if (!run.takesTurns) {
      run.takesTurns = true;
      runs.addLast(run);
    }
  }

  /** Takes the next task off its lane; null where there is none for these services (empty: any). */
  @Nullable QueuedTask next(Set<String> services, long now) {
    // one visit more than there are runs: the first one may have only the rest of its turn left
    for (int visits = runs.size(); visits >= 0; visits--) {
      RunBook run = runs.peekFirst();
      if (run == null) {
        return null;
      }
      QueuedTask task = left > 0 ? run.poll(services, hosts, now) : null;
      if (task != null) {
        left--;
        return task;
      }
      pass(run, now);
    }
    return null;
  }

  private void pass(RunBook run, long now) {
    runs.removeFirst();
    if (run.firstDue() <= now) {
      runs.addLast(run);
    } else {
      run.takesTurns = false;
    }
    left = QUANTUM;
  }
}
