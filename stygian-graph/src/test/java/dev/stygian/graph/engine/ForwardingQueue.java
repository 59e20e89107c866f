package dev.stygian.graph.engine;

import dev.stygian.graph.queue.CollectedPage;
import dev.stygian.graph.queue.Completion;
import dev.stygian.graph.queue.Emission;
import dev.stygian.graph.queue.Emitted;
import dev.stygian.graph.queue.Expense;
import dev.stygian.graph.queue.Heartbeat;
import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.LeaseRequest;
import dev.stygian.graph.queue.Nack;
import dev.stygian.graph.queue.Notes;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunLedger;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.queue.Settled;
import dev.stygian.graph.queue.Settlement;
import dev.stygian.graph.queue.Submission;
import dev.stygian.graph.queue.Task;
import dev.stygian.graph.queue.TaskId;
import dev.stygian.graph.queue.Visit;
import dev.stygian.graph.queue.WorkQueue;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A queue that asks another one; a test overrides what is to be different. */
class ForwardingQueue implements WorkQueue {
  private final WorkQueue queue;

  ForwardingQueue(WorkQueue queue) {
    this.queue = queue;
  }

  @Override
  public void open(RunSpec run) {
    queue.open(run);
  }

  @Override
  public void enqueue(
      RunId run, String submitter, long position, List<Submission> batch, Duration patience)
      throws InterruptedException {
    queue.enqueue(run, submitter, position, batch, patience);
  }

  @Override
  public void closeInput(RunId run) {
    queue.closeInput(run);
  }

  @Override
  public List<Lease> lease(LeaseRequest request) throws InterruptedException {
    return queue.lease(request);
  }

  @Override
  public Settled complete(Completion completion) throws InterruptedException {
    return queue.complete(completion);
  }

  @Override
  public Settled nack(Nack nack) throws InterruptedException {
    return queue.nack(nack);
  }

  @Override
  public Settlement prepare(Settlement end) throws InterruptedException {
    return queue.prepare(end);
  }

  @Override
  public List<Settled> settle(List<? extends Settlement> ends) throws InterruptedException {
    return queue.settle(ends);
  }

  @Override
  public Optional<Emitted> emit(Lease lease, List<Emission> batch, long limit)
      throws InterruptedException {
    return queue.emit(lease, batch, limit);
  }

  @Override
  public Optional<Emitted> emitParts(Lease lease, List<Emission> batch, long from)
      throws InterruptedException {
    return queue.emitParts(lease, batch, from);
  }

  @Override
  public Optional<CollectedPage> collected(Lease lease, long from) throws InterruptedException {
    return queue.collected(lease, from);
  }

  @Override
  public void dropCollected(Lease lease, long parts) throws InterruptedException {
    queue.dropCollected(lease, parts);
  }

  @Override
  public void visited(List<Visit> visits) throws InterruptedException {
    queue.visited(visits);
  }

  @Override
  public void spent(List<Expense> expenses) throws InterruptedException {
    queue.spent(expenses);
  }

  @Override
  public Heartbeat.Renewal renew(Heartbeat heartbeat) {
    return queue.renew(heartbeat);
  }

  @Override
  public Notes notes() {
    return queue.notes();
  }

  @Override
  public RunLedger ledger() {
    return queue.ledger();
  }

  @Override
  public TaskId enqueue(Task task) throws InterruptedException {
    return queue.enqueue(task);
  }

  @Override
  public Optional<Lease> dequeue() throws InterruptedException {
    return queue.dequeue();
  }

  @Override
  public void seal() {
    queue.seal();
  }

  @Override
  public void close() {
    queue.close();
  }
}
