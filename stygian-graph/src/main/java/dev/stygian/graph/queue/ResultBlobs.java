package dev.stygian.graph.queue;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The blobs of results that were handed out, by the position behind them, until nobody can read
 * these results any more. Keeps so many at most, of so many runs; others are not remembered.
 * Thread-safe.
 */
final class ResultBlobs {
  /** Of more, the one that was read first is forgotten: perhaps nobody ever takes its results. */
  static final int MOST_RUNS = 1_000;

  private final int most;
  private final Map<RunId, OfRun> runs = new LinkedHashMap<>();
  private int count;

  /**
   * What was handed out with one batch.
   *
   * @param at when
   */
  record HandedOut(List<SpentBlob> blobs, Instant at) {
    HandedOut {
      blobs = List.copyOf(blobs);
    }
  }

  private record OfRun(RunBlobs.Mark run, Map<String, HandedOut> byPosition) {}

  ResultBlobs(int most) {
    this.most = most;
  }

  /** Remembers a batch's blobs; one that was handed out before is remembered once. */
  synchronized void add(RunBlobs.Mark run, String position, HandedOut batch) {
    if (batch.blobs().isEmpty() || count + batch.blobs().size() > most) {
      return;
    }
    OfRun known = runs.get(run.id());
    if (known == null || !known.run.equals(run)) {
      forget(run.id());
      if (runs.size() >= MOST_RUNS) {
        forget(runs.keySet().iterator().next());
      }
      known = new OfRun(run, new LinkedHashMap<>());
      runs.put(run.id(), known);
    }
    if (known.byPosition.putIfAbsent(position, batch) == null) {
      count += batch.blobs().size();
    }
  }

  /** The runs of which some are remembered. */
  synchronized List<RunBlobs.Mark> runs() {
    return runs.values().stream().map(OfRun::run).toList();
  }

  /** The position that was handed out first of those that are remembered. */
  synchronized Optional<String> first(RunId run) {
    return Optional.ofNullable(runs.get(run))
        .flatMap(known -> known.byPosition.keySet().stream().findFirst());
  }

  /** Forgets the batch before a position, and gives it back. */
  synchronized Optional<HandedOut> take(RunId run, String position) {
    OfRun known = runs.get(run);
    HandedOut batch = known == null ? null : known.byPosition.remove(position);
    if (known == null || batch == null) {
      return Optional.empty();
    }
    count -= batch.blobs().size();
    if (known.byPosition.isEmpty()) {
      runs.remove(run);
    }
    return Optional.of(batch);
  }

  /** Forgets what there is of a run. */
  synchronized void forget(RunId run) {
    OfRun known = runs.remove(run);
    if (known != null) {
      known.byPosition.values().forEach(batch -> count -= batch.blobs().size());
    }
  }

  /** How many are remembered. */
  synchronized int count() {
    return count;
  }
}
