package dev.stygian.graph.queue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The blobs of results that were handed out, by the position behind them, until nobody can read
 * these results any more. Keeps so many at most; others are not remembered. Thread-safe.
 */
final class ResultBlobs {
  private final int most;
  private final Map<RunId, OfRun> runs = new LinkedHashMap<>();
  private int count;

  private record OfRun(RunBlobs run, Map<String, List<SpentBlob>> byPosition) {}

  ResultBlobs(int most) {
    this.most = most;
  }

  /** Remembers a batch's blobs; one that was handed out before is remembered once. */
  synchronized void add(RunBlobs run, String position, List<SpentBlob> blobs) {
    if (blobs.isEmpty() || count + blobs.size() > most) {
      return;
    }
    OfRun known = runs.get(run.spec().id());
    if (known == null || !known.run.equals(run)) {
      forget(run.spec().id());
      known = new OfRun(run, new LinkedHashMap<>());
      runs.put(run.spec().id(), known);
    }
    if (known.byPosition.putIfAbsent(position, List.copyOf(blobs)) == null) {
      count += blobs.size();
    }
  }

  /** The runs of which some are remembered. */
  synchronized List<RunBlobs> runs() {
    return runs.values().stream().map(OfRun::run).toList();
  }

  /** The position that was handed out first of those that are remembered. */
  synchronized Optional<String> first(RunId run) {
    return Optional.ofNullable(runs.get(run))
        .flatMap(known -> known.byPosition.keySet().stream().findFirst());
  }

  /** Forgets the blobs before a position, and gives them back. */
  synchronized List<SpentBlob> take(RunId run, String position) {
    OfRun known = runs.get(run);
    List<SpentBlob> blobs = known == null ? null : known.byPosition.remove(position);
    if (known == null || blobs == null) {
      return List.of();
    }
    count -= blobs.size();
    if (known.byPosition.isEmpty()) {
      runs.remove(run);
    }
    return blobs;
  }

  /** Forgets what there is of a run. */
  synchronized void forget(RunId run) {
    OfRun known = runs.remove(run);
    if (known != null) {
      known.byPosition.values().forEach(blobs -> count -= blobs.size());
    }
  }

  /** How many are remembered. */
  synchronized int count() {
    return count;
  }
}
