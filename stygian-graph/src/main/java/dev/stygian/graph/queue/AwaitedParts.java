package dev.stygian.graph.queue;

import dev.stygian.graph.item.Payload;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The parts of an item that a node collects, from the first one on until their outputs are used.
 * Each arrival counts one down, and the end of the split counts their number up: so nothing is left
 * exactly when the split is over and all parts have arrived. Guarded by the queue's lock.
 */
final class AwaitedParts {
  private static final long PAGE_BYTES = 1 << 20;
  private static final int PAGE_PARTS = 500;
  private static final long NOT_KNOWN = -1;

  private final Map<Long, Payload> outputs = new HashMap<>();
  private long left;
  private long missing;
  private long total = NOT_KNOWN;
  private @Nullable QueuedTask waiting;

  /** The split is over. */
  void split(long parts) {
    total = parts;
    left += parts;
  }

  /** The task of the collecting node waits here until {@link #takeWaiting}. */
  void await(QueuedTask task) {
    waiting = task;
  }

  void arrived(long number, Payload output) {
    left--;
    outputs.put(number, output);
  }

  /** A part is dead or excluded. */
  void missed() {
    left--;
    missing++;
  }

  /** A part of a run that is cancelled ended. */
  void cancelled() {
    left--;
  }

  /** A part that was missing is under way again. */
  void comesBack() {
    left++;
    missing--;
  }

  /** Whether no part is under way, or about to be. */
  boolean areAllThere() {
    return total != NOT_KNOWN && left == 0;
  }

  boolean isReady() {
    return areAllThere() && missing == 0;
  }

  long missing() {
    return missing;
  }

  String complaint() {
    return missing + " of its " + total + " parts are dead or excluded: replay these";
  }

  boolean isWaiting() {
    return waiting != null;
  }

  /** The task that waits, which does so no longer. */
  Optional<QueuedTask> takeWaiting() {
    Optional<QueuedTask> task = Optional.ofNullable(waiting);
    waiting = null;
    return task;
  }

  CollectedPage page(long from) {
    List<Payload> some = new ArrayList<>();
    long bytes = 0;
    for (long i = from; i < total && bytes < PAGE_BYTES && some.size() < PAGE_PARTS; i++) {
      Payload output = outputs.get(i);
      if (output != null) {
        some.add(output);
        bytes += output.size();
      }
    }
    return new CollectedPage(total, some);
  }
}
