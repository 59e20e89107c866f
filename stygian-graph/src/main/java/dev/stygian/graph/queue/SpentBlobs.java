package dev.stygian.graph.queue;

import dev.stygian.graph.error.StygianException;
import dev.stygian.graph.item.BlobStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Blobs that had their last reader, as far as this process saw it, and their deletion a while
 * later.
 *
 * <p>They are not deleted at once, since a server that restarts or fails over may forget what it
 * acknowledged last, and then a task comes back that reads its input again. Nor is anything deleted
 * of a run that is another one by then, or that was put again meanwhile. All of it is in memory and
 * bounded: what does not fit, and what a process leaves behind, goes with its run, as do blobs
 * whose last reader nobody can tell. Thread-safe.
 */
final class SpentBlobs {
  /** How long a blob stays after its last reader. */
  static final Duration GRACE = Duration.ofMinutes(10);

  /** How many wait for that, and how many for results to be dropped: some 130 bytes each. */
  static final int MOST = 200_000;

  private static final int MOST_RUNS = 100;
  private static final int AT_ONCE = 1_000;

  private final RunLedger ledger;
  private final BlobStore store;
  private final InstantSource clock;
  private final int most;
  private final Map<RunId, RunBlobs> runs = new ConcurrentHashMap<>();
  private final ResultBlobs results;
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();

  private record Waiting(SpentBlob blob, Instant since) {}

  SpentBlobs(RunLedger ledger, BlobStore store, InstantSource clock, int most) {
    this.ledger = ledger;
    this.store = store;
    this.clock = clock;
    this.most = most;
    this.results = new ResultBlobs(most);
  }

  /**
   * A run whose blobs are about to be read; empty where none of them may go before it, or where the
   * queue does not say now: that costs nothing but space.
   */
  Optional<RunBlobs> find(RunId id) {
    RunBlobs run = runs.get(id);
    if (run == null) {
      try {
        Optional<RunSpec> spec = ledger.find(id);
        if (spec.isEmpty()) {
          return Optional.empty();
        }
        run = RunBlobs.of(spec.get());
      } catch (StygianException _) { // which whoever reads hears of in its own call
        return Optional.empty();
      }
      if (runs.size() >= MOST_RUNS) {
        runs.clear();
      }
      runs.put(id, run);
    }
    return Optional.of(run).filter(RunBlobs::mayGoSingly);
  }

  /** The runs of ends whose tasks read blobs, as they are before these ends are booked. */
  Map<RunId, RunBlobs> findAll(List<? extends Settlement> ends) {
    Map<RunId, RunBlobs> found = new HashMap<>();
    for (Settlement end : ends) {
      RunId run = end.lease().task().id().run();
      if (readsBlobs(end) && !found.containsKey(run)) {
        find(run).ifPresent(known -> found.put(run, known));
      }
    }
    return found;
  }

  private static boolean readsBlobs(Settlement end) {
    for (var output : end.lease().inputs().values()) {
      if (output.isReference()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Takes note of how an end was received: what its task alone had to read is spent once it is
   * done.
   *
   * @param known what {@link #findAll} found
   */
  void settled(Settlement end, Settled how, Map<RunId, RunBlobs> known) {
    RunBlobs run = known.get(end.lease().task().id().run());
    if (run != null
        && readsBlobs(end)
        && end instanceof Completion
        && how instanceof Settled.Booked) {
      add(run.readLastBy(end.lease()));
    }
  }

  /** Takes note of results that are handed out, with the position behind them. */
  void handedOut(RunBlobs run, String position, List<Result> batch) {
    List<SpentBlob> blobs = new ArrayList<>();
    batch.forEach(result -> blobs.addAll(run.readLastWith(result)));
    results.add(run, position, blobs);
  }

  private synchronized void add(List<SpentBlob> blobs) {
    Instant now = clock.instant();
    for (SpentBlob blob : blobs) {
      if (waiting.size() < most) {
        waiting.addLast(new Waiting(blob, now));
      }
    }
  }

  /**
   * Deletes what has waited for long enough. For one thread, which may block.
   *
   * @return how many there were
   */
  int delete() throws InterruptedException {
    Map<RunId, Optional<RunSpec>> now = new HashMap<>();
    runs.values().removeIf(run -> !isAsItWas(run, now));
    takeTrimmed(now);
    int deleted = 0;
    List<Waiting> due = takeDue();
    while (!due.isEmpty()) {
      boolean isDone = false;
      try {
        List<Waiting> ours = due.stream().filter(each -> isAsItWas(each.blob.run(), now)).toList();
        for (boolean was :
            SideBySide.all(ours, each -> store.delete(each.blob.name(), each.since))) {
          deleted += was ? 1 : 0;
        }
        isDone = true;
      } finally {
        if (!isDone) {
          putBack(due);
        }
      }
      due = takeDue();
    }
    return deleted;
  }

  /** Whether the queue knows a run, and not another one under its id. */
  private boolean isAsItWas(RunBlobs run, Map<RunId, Optional<RunSpec>> now) {
    return now.computeIfAbsent(run.spec().id(), ledger::find).equals(Optional.of(run.spec()));
  }

  private void takeTrimmed(Map<RunId, Optional<RunSpec>> now) {
    for (RunBlobs run : results.runs()) {
      RunId id = run.spec().id();
      if (!isAsItWas(run, now)) {
        results.forget(id);
      }
      Optional<String> first = results.first(id);
      while (first.isPresent() && ledger.isTrimmed(id, first.get())) {
        add(results.take(id, first.get()));
        first = results.first(id);
      }
    }
  }

  private synchronized List<Waiting> takeDue() {
    Instant until = clock.instant().minus(GRACE);
    List<Waiting> due = new ArrayList<>();
    while (due.size() < AT_ONCE && !waiting.isEmpty() && !waiting.getFirst().since.isAfter(until)) {
      due.add(waiting.removeFirst());
    }
    return due;
  }

  private synchronized void putBack(List<Waiting> due) {
    due.reversed().forEach(waiting::addFirst);
  }

  /** How many blobs are remembered. */
  synchronized int count() {
    return waiting.size() + results.count();
  }
}
