package dev.stygian.graph.queue;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The books of a {@link LocalWorkQueue}, as one of its handles shows them. */
final class LocalRunLedger implements RunLedger {
  private final SharedQueue shared;
  private final LocalWorkQueue handle;

  LocalRunLedger(SharedQueue shared, LocalWorkQueue handle) {
    this.shared = shared;
    this.handle = handle;
  }

  @Override
  public String queueId() {
    return shared.id;
  }

  @Override
  public Optional<RunSpec> find(RunId run) {
    return handle.locked(() -> shared.find(run).map(book -> book.spec));
  }

  @Override
  public List<RunId> runs() {
    return handle.locked(shared::runs);
  }

  @Override
  public RunStatus status(RunId run) {
    return handle.locked(() -> shared.status(run));
  }

  @Override
  public Explanation why(RunId run) {
    return handle.locked(() -> shared.observe(run)).explain();
  }

  @Override
  public long accepted(RunId run, String submitter) {
    return handle.locked(() -> shared.run(run).accepted(submitter));
  }

  @Override
  public void cancel(RunId run) {
    handle.locked(() -> {
      shared.cancel(run);
      return run;
    });
  }

  @Override
  public void pause(RunId run) {
    handle.locked(() -> {
      shared.pause(run);
      return run;
    });
  }

  @Override
  public void resume(RunId run) {
    handle.locked(() -> {
      shared.resume(run);
      return run;
    });
  }

  @Override
  public void weigh(RunId run, int weight) {
    handle.locked(() -> shared.run(run).weight = RunLimits.checkedWeight(weight));
  }

  @Override
  public void cap(Cap cap, int most) {
    handle.locked(() -> {
      shared.cap(cap, Cap.checked(most));
      return cap;
    });
  }

  @Override
  public List<ServiceCap> serviceCaps() {
    return handle.locked(shared.moves.places::all);
  }

  @Override
  public ResultBatch results(RunId run, String position, int max, Duration wait)
      throws InterruptedException {
    long end = LocalWorkQueue.end(wait);
    shared.lock.lockInterruptibly();
    try {
      while (true) {
        handle.checkOpen();
        RunBook book = shared.run(run);
        ResultBatch batch = book.results.read(position, max, book.isOver());
        long left = end - System.nanoTime();
        if (!batch.results().isEmpty() || batch.ended() || left <= 0) {
          return batch;
        }
        shared.moves.arrival.await(left);
      }
    } finally {
      shared.lock.unlock();
    }
  }

  @Override
  public void deliver(RunId run, String reader, Delivery delivery) {
    handle.locked(() -> {
      shared.deliver(run, reader, delivery);
      return run;
    });
  }

  @Override
  public Optional<Delivery> delivered(RunId run, String reader) {
    return handle.locked(() -> shared.run(run).results.delivered(reader));
  }

  @Override
  public boolean isTrimmed(RunId run, String position) {
    return handle.locked(() -> shared.run(run).results.isTrimmed(position));
  }

  @Override
  public List<DeadLetter> deadLetters(RunId run, String after, int max) {
    return letters(run, after, max, false);
  }

  @Override
  public List<DeadLetter> excluded(RunId run, String after, int max) {
    return letters(run, after, max, true);
  }

  private List<DeadLetter> letters(RunId run, String after, int max, boolean excluded) {
    return handle.locked(() ->
        shared.run(run).deadItems.tailMap(after, false).values().stream()
            .filter(item -> item.isExcluded() == excluded)
            .limit(max)
            .map(LiveItem::letter)
            .toList());
  }

  @Override
  public long replay(RunId run, Collection<String> items) {
    return handle.locked(() -> {
      RunBook book = shared.run(run);
      return items.stream().filter(item -> shared.replay(book, item)).count();
    });
  }

  @Override
  public Receipt receipt(RunId run) {
    return handle.locked(() -> shared.receipt(run));
  }

  @Override
  public List<HostCounts> hosts(RunId run) {
    return handle.locked(() -> shared.run(run).hosts.counts());
  }

  @Override
  public long drop(RunId run, Collection<String> items) {
    return handle.locked(() -> {
      RunBook book = shared.run(run);
      long dropped = items.stream().filter(item -> book.deadItems.remove(item) != null).count();
      book.droppedLetters += dropped;
      return dropped;
    });
  }

  @Override
  public List<WorkerInfo> workers() {
    return handle.locked(shared::workers);
  }
}
