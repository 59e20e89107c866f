package dev.stygian.graph.queue;

import dev.stygian.graph.error.OutputException;
import dev.stygian.graph.error.QueueUnavailableException;
import dev.stygian.graph.error.StygianException;
import dev.stygian.graph.item.BlobStore;
import dev.stygian.graph.item.Payload;
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
import java.util.function.Supplier;

/**
 * Blobs that had their last reader, as far as this process saw it, and their deletion a while
 * later.
 *
 * <p>They are not deleted at once, since a server that restarts or fails over may forget what it
 * acknowledged last, and then a task comes back that reads its input again; so the wait begins anew
 * where the server was out of reach. Nor is anything deleted of a run that is another one by then,
 * or that was put again meanwhile. All of it is in memory and bounded: what does not fit, and what
 * a process leaves behind, goes with its run, as do blobs whose last reader nobody can tell.
 * Thread-safe.
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
  private boolean inContact = true;
  private Instant inContactSince = Instant.MIN;

  /**
   * A blob that waits for its deletion.
   *
   * @param since when it had its last reader
   * @param read when it was read; what is put after that is put for somebody else
   */
  private record Waiting(SpentBlob blob, Instant since, Instant read) {}

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
        Optional<RunSpec> spec = ask(() -> ledger.find(id));
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
    return end.lease().inputs().values().stream().anyMatch(Payload::isReference);
  }

  /**
   * Takes note of how an end was received: what its task alone had to read is spent once it is
   * done.
   *
   * @param known what {@link #findAll} found
   */
  void settled(Settlement end, Settled how, Map<RunId, RunBlobs> known) {
    RunBlobs run = known.get(end.lease().task().id().run());
    if (run != null && end instanceof Completion && how instanceof Settled.Booked) {
      add(run.readLastBy(end.lease()), clock.instant());
    }
  }

  /** Takes note of results that are handed out, with the position behind them. */
  void handedOut(RunBlobs run, String position, List<Result> batch) {
    List<SpentBlob> blobs = new ArrayList<>();
    batch.forEach(result -> blobs.addAll(run.readLastWith(result)));
    results.add(run.mark(), position, new ResultBlobs.HandedOut(blobs, clock.instant()));
  }

  private synchronized void add(List<SpentBlob> blobs, Instant read) {
    Instant now = clock.instant();
    for (SpentBlob blob : blobs) {
      if (hasRoom()) {
        waiting.addLast(new Waiting(blob, now, read));
      }
    }
  }

  private synchronized boolean hasRoom() {
    return waiting.size() < most;
  }

  /** Asks the queue, and notes whether it answers. */
  private <T> T ask(Supplier<T> question) {
    try {
      T answer = question.get();
      hears(true);
      return answer;
    } catch (QueueUnavailableException e) {
      hears(false);
      throw e;
    }
  }

  private synchronized void hears(boolean answers) {
    if (answers && !inContact) {
      inContactSince = clock.instant();
    }
    inContact = answers;
  }

  /**
   * Deletes what has waited for long enough. For one thread, which may block.
   *
   * @return how many there were
   */
  int delete() throws InterruptedException {
    Map<RunId, Optional<RunBlobs.Mark>> now = new HashMap<>();
    runs.values().removeIf(run -> !isAsItWas(run.mark(), now));
    takeTrimmed(now);
    firstRun().ifPresent(run -> isAsItWas(run, now)); // so that the queue was asked before
    int deleted = 0;
    List<Waiting> due = takeDue();
    while (!due.isEmpty()) {
      List<Waiting> left = due;
      try {
        List<Waiting> ours = due.stream().filter(each -> isAsItWas(each.blob.run(), now)).toList();
        List<Tried> tried = SideBySide.all(ours, this::tried);
        deleted += (int) tried.stream().filter(Tried::deleted).count();
        left = tried.stream().filter(Tried::failed).map(Tried::what).toList();
        throwFirst(tried);
      } finally {
        putBack(left);
      }
      due = takeDue();
    }
    return deleted;
  }

  private record Tried(Waiting what, boolean deleted, Optional<StygianException> failure) {
    boolean failed() {
      return failure.isPresent();
    }
  }

  private Tried tried(Waiting each) {
    try {
      return new Tried(each, store.delete(each.blob.name(), each.read), Optional.empty());
    } catch (StygianException e) {
      return new Tried(each, false, Optional.of(e));
    }
  }

  private static void throwFirst(List<Tried> tried) {
    for (Tried each : tried) {
      if (each.failure.isPresent()) {
        throw each.failure.get();
      }
    }
  }

  /** Whether the queue knows a run, and not another one under its id. */
  private boolean isAsItWas(RunBlobs.Mark run, Map<RunId, Optional<RunBlobs.Mark>> now) {
    return now.computeIfAbsent(
            run.id(), id -> ask(() -> ledger.find(id)).map(spec -> RunBlobs.of(spec).mark()))
        .equals(Optional.of(run));
  }

  private void takeTrimmed(Map<RunId, Optional<RunBlobs.Mark>> now) {
    for (RunBlobs.Mark run : results.runs()) {
      if (!isAsItWas(run, now)) {
        results.forget(run.id());
      }
      Optional<String> first = results.first(run.id());
      while (first.isPresent() && hasRoom() && isTrimmed(run.id(), first.get())) {
        results.take(run.id(), first.get()).ifPresent(batch -> add(batch.blobs(), batch.at()));
        first = results.first(run.id());
      }
    }
  }

  /** Forgets the run where the queue does not know the position: it is another run's. */
  private boolean isTrimmed(RunId run, String position) {
    try {
      return ask(() -> ledger.isTrimmed(run, position));
    } catch (OutputException _) {
      results.forget(run);
      return false;
    }
  }

  private synchronized Optional<RunBlobs.Mark> firstRun() {
    return Optional.ofNullable(waiting.peekFirst()).map(first -> first.blob.run());
  }

  private synchronized List<Waiting> takeDue() {
    Instant until = clock.instant().minus(GRACE);
    List<Waiting> due = new ArrayList<>();
    while (!inContactSince.isAfter(until)
        && due.size() < AT_ONCE
        && !waiting.isEmpty()
        && !waiting.getFirst().since.isAfter(until)) {
      due.add(waiting.removeFirst());
    }
    return due;
  }

  /** Behind all others, so that what cannot be deleted holds nothing up. */
  private synchronized void putBack(List<Waiting> left) {
    waiting.addAll(left);
  }

  /** How many blobs are remembered. */
  synchronized int count() {
    return waiting.size() + results.count();
  }
}
