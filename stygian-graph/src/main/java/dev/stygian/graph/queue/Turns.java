package dev.stygian.graph.queue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whose task is next: the runs that have waiting tasks take turns of {@link #QUANTUM} tasks for
 * each of their weight (deficit round robin: Shreedhar and Varghese, 1995, where all tasks are of
 * one size), so a large run delays a small one by one round at most. A run that a cap holds back
 * keeps its place, and goes on with its turn when it may. Guarded by the queue's lock.
 */
final class Turns {
  static final int QUANTUM = 100;

  private final List<RunBook> runs = new ArrayList<>();
  private final Hosts hosts;

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
    int at = 0;
    // one visit more than there are runs: the first one may have only the rest of its turn left
    for (int visits = runs.size(); visits >= 0 && at < runs.size(); visits--) {
      RunBook run = runs.get(at);
      if (run.isAtCap(now)) {
        at++;
        continue;
      }
      QueuedTask task =
          run.turn < (long) QUANTUM * run.weight ? run.poll(services, hosts, now) : null;
      if (task != null) {
        run.turn++;
        return task;
      }
      pass(run, at, now);
    }
    return null;
  }

  private void pass(RunBook run, int at, long now) {
    runs.remove(at);
    run.turn = 0;
    if (run.firstDue() <= now) {
      runs.addLast(run);
    } else {
      run.takesTurns = false;
    }
  }
}
