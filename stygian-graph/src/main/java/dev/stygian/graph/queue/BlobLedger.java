package dev.stygian.graph.queue;

import dev.stygian.graph.item.BlobName;
import dev.stygian.graph.item.BlobStore;
import dev.stygian.graph.item.Payload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The books of a {@link BlobQueue}: what is read from them is read from the store where it lies.
 */
final class BlobLedger implements RunLedger {
  private final RunLedger ledger;
  private final BlobStore store;
  private final SpentBlobs spent;

  BlobLedger(RunLedger ledger, BlobStore store, SpentBlobs spent) {
    this.ledger = ledger;
    this.store = store;
    this.spent = spent;
  }

  @Override
  public String queueId() {
    return ledger.queueId();
  }

  @Override
  public Optional<RunSpec> find(RunId run) {
    return ledger.find(run);
  }

  @Override
  public List<RunId> runs() {
    return ledger.runs();
  }

  @Override
  public RunStatus status(RunId run) {
    return ledger.status(run);
  }

  @Override
  public Receipt receipt(RunId run) {
    return ledger.receipt(run);
  }

  @Override
  public Explanation why(RunId run) {
    return ledger.why(run);
  }

  @Override
  public long accepted(RunId run, String submitter) {
    return ledger.accepted(run, submitter);
  }

  @Override
  public void cancel(RunId run) {
    ledger.cancel(run);
  }

  @Override
  public void pause(RunId run) {
    ledger.pause(run);
  }

  @Override
  public void resume(RunId run) {
    ledger.resume(run);
  }

  @Override
  public void weigh(RunId run, int weight) {
    ledger.weigh(run, weight);
  }

  @Override
  public void cap(Cap cap, int most) {
    ledger.cap(cap, most);
  }

  @Override
  public List<ServiceCap> serviceCaps() {
    return ledger.serviceCaps();
  }

  @Override
  public ResultBatch results(RunId run, String position, int max, Duration wait)
      throws InterruptedException {
    Optional<RunBlobs> known = spent.find(run); // before, so that it is no later one of that id
    ResultBatch batch = ledger.results(run, position, max, wait);
    List<BlobName> names = new ArrayList<>();
    for (Result result : batch.results()) {
      addName(result.input(), names);
      addName(result.output(), names);
    }
    if (names.isEmpty()) {
      return batch;
    }
    BlobStore ahead = new BlobsAhead(store, names);
    List<Result> readable = batch.results().stream().map(r -> readable(r, ahead)).toList();
    known.ifPresent(blobs -> spent.handedOut(blobs, batch.position(), readable));
    return new ResultBatch(readable, batch.position(), batch.ended());
  }

  private void addName(Payload payload, List<BlobName> names) {
    payload.readFrom(store).blob().ifPresent(names::add);
  }

  private static Result readable(Result result, BlobStore from) {
    return new Result(
        result.run(),
        result.item(),
        result.input().readFrom(from),
        result.node(),
        result.output().readFrom(from),
        result.attempts(),
        result.key());
  }

  @Override
  public void deliver(RunId run, String reader, Delivery delivery) {
    ledger.deliver(run, reader, delivery);
  }

  @Override
  public Optional<Delivery> delivered(RunId run, String reader) {
    return ledger.delivered(run, reader);
  }

  @Override
  public boolean isTrimmed(RunId run, String position) {
    return ledger.isTrimmed(run, position);
  }

  @Override
  public List<DeadLetter> deadLetters(RunId run, String after, int max) {
    return readable(ledger.deadLetters(run, after, max));
  }

  @Override
  public List<DeadLetter> excluded(RunId run, String after, int max) {
    return readable(ledger.excluded(run, after, max));
  }

  private List<DeadLetter> readable(List<DeadLetter> letters) {
    return letters.stream()
        .map(letter ->
            new DeadLetter(
                BlobQueue.readable(letter.task(), store),
                letter.attempts(),
                letter.errors(),
                letter.died()))
        .toList();
  }

  @Override
  public long replay(RunId run, Collection<String> items) {
    return ledger.replay(run, items);
  }

  @Override
  public long drop(RunId run, Collection<String> items) {
    return ledger.drop(run, items);
  }

  @Override
  public List<HostCounts> hosts(RunId run) {
    return ledger.hosts(run);
  }

  @Override
  public List<WorkerInfo> workers() {
    return ledger.workers();
  }
}
