package dev.stygian.graph.queue;

import dev.stygian.graph.error.QueueClosedException;
import dev.stygian.graph.error.QueueFullException;
import dev.stygian.graph.error.QueueUnavailableException;
import dev.stygian.graph.error.RunUnknownException;
import dev.stygian.graph.item.Payload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The port of the work queue: hands tasks to workers under leases and keeps the books of runs. A
 * task is in exactly one state: waiting, delayed, leased, done or dead. The invariants I1 to I15 of
 * {@code docs/queue-protocol.md} hold for every adapter, and one contract suite checks them.
 *
 * <p>Thread-safe; methods block the calling thread, which is meant to be virtual, and adapters send
 * together what many threads ask for at once. Every method throws {@link QueueClosedException}
 * after {@link #close} and {@link QueueUnavailableException} where the server stays out of reach.
 */
public interface WorkQueue extends AutoCloseable {

  /** Makes a run known, or finds it as it is; a second opening changes nothing. */
  void open(RunSpec run);

  /**
   * Puts items into a run, in order and exactly once: a batch that was accepted before, whole or in
   * part, is passed over as far as it was. Blocks while the queue is at its maximum depth.
   *
   * @param submitter names this source of items within the run
   * @param position how many items this submitter had put in before the batch
   * @throws QueueFullException where {@code patience} ended first; what was accepted stays accepted
   */
  void enqueue(
      RunId run, String submitter, long position, List<Submission> batch, Duration patience)
      throws InterruptedException;

  /** Says that a run's input is whole; the run is finished when nothing of it is left. */
  void closeInput(RunId run);

  /**
   * Hands out tasks: later nodes before earlier ones, runs in fair turns. Also takes back expired
   * leases and wakes delayed tasks that are due, so no process has to live for that.
   */
  List<Lease> lease(LeaseRequest request) throws InterruptedException;

  /** Books the end of a lease that worked. */
  Settled complete(Completion completion) throws InterruptedException;

  /** Books the end of a lease that did not work. */
  Settled nack(Nack nack) throws InterruptedException;

  /**
   * Does for an end what its booking would else have to wait for, on the thread of its task.
   *
   * @return the end, as it is to be booked
   * @throws dev.stygian.graph.error.BlobUnavailableException where an output belongs in a blob
   *     store and cannot be put there
   */
  default Settlement prepare(Settlement end) throws InterruptedException {
    return end;
  }

  /**
   * Books the ends of many leases together: each whole or not at all, whatever becomes of the
   * others.
   *
   * @return how each was received, in the order given; the lease of a run that is gone is lost
   */
  default List<Settled> settle(List<? extends Settlement> ends) throws InterruptedException {
    List<Settled> all = new ArrayList<>(ends.size());
    for (Settlement end : ends) {
      try {
        all.add(
            switch (end) {
              case Completion completion -> complete(completion);
              case Nack nack -> nack(nack);
            });
      } catch (RunUnknownException _) { // and with it its leases
        all.add(new Settled.LeaseLost(end.lease().token()));
      }
    }
    return all;
  }

  /**
   * Puts items into the run of a lease that the execution under it found, each once in the run,
   * whoever finds it. Never blocks: what workers release is not held back by the maximum depth.
   *
   * @param limit how many items the lease's node may emit under a limit in all, over all workers;
   *     0: these have none, and do not count
   * @return empty where the lease is not current any more: nothing was put in
   */
  Optional<Emitted> emit(Lease lease, List<Emission> batch, long limit) throws InterruptedException;

  /**
   * Puts items into the run that the execution under a lease splits its item into, each once:
   * whoever executes the task again emits the same ones in the same order, and those that are there
   * are passed over and counted nowhere. Where these are collected, their ids are those of {@link
   * Collecting#part}. Never blocks, like {@link #emit}.
   *
   * @param from how many of them the execution emitted before this batch
   * @return empty where the lease is not current any more, or a server lost some of those before:
   *     nothing was put in
   */
  Optional<Emitted> emitParts(Lease lease, List<Emission> batch, long from)
      throws InterruptedException;

  /**
   * Reads outputs of the parts of a lease's item, which the lease's node collects: a bounded number
   * of bytes, and at least one output where there are any from that place on.
   *
   * @param from the number of the first one, from 0
   * @return empty where nothing is collected under this lease, or not any more: it is not current
   * @throws dev.stygian.graph.error.PayloadException where an output is gone
   */
  Optional<CollectedPage> collected(Lease lease, long from) throws InterruptedException;

  /**
   * Drops the outputs that a node has collected and has no more use for, once the end of its lease
   * is booked. What is not dropped, since its worker died, goes with the run.
   *
   * @param parts how many there were
   */
  void dropCollected(Lease lease, long parts) throws InterruptedException;

  /**
   * Reports visits to hosts, before the leases end that they were made under: hosts that ask for
   * fewer, or do not answer, are visited less often from then on.
   */
  void visited(List<Visit> visits) throws InterruptedException;

  /**
   * Reports what executions used up besides, before the leases end that they were made under. It
   * only counts, in the run's {@link Receipt receipt}.
   */
  void spent(List<Expense> expenses) throws InterruptedException;

  /** Renews all leases of a worker. */
  Heartbeat.Renewal renew(Heartbeat heartbeat);

  RunLedger ledger();

  /** What the processes of this queue tell each other. */
  Notes notes();

  /**
   * Enqueues one task, in a run of its own kind if its run was never opened. Blocks at the maximum
   * depth.
   *
   * @return the task's id
   */
  TaskId enqueue(Task task) throws InterruptedException;

  /**
   * Takes the next task of any service; blocks until there is one.
   *
   * @return empty when this queue was sealed and nothing is left in it
   */
  Optional<Lease> dequeue() throws InterruptedException;

  /** Says that this process enqueues no more; {@link #dequeue} ends when nothing is left. */
  void seal();

  /** Acknowledges a task that worked and has no output that anybody reads. */
  default Settled ack(Lease lease) throws InterruptedException {
    return complete(
        new Completion(
            lease,
            List.of(NodeResult.of(lease, Payload.of(JsonNodeFactory.instance.nullNode()), false)),
            List.of()));
  }

  /**
   * Acknowledges a task that worked, with its output, which is a result of the run. Somebody has to
   * take the results: while too many lie there unread, no further task of the run is handed out.
   */
  default Settled ack(Lease lease, Payload output) throws InterruptedException {
    return complete(new Completion(lease, List.of(NodeResult.of(lease, output, true)), List.of()));
  }

  /** Returns a task to the queue for another worker, at once. */
  default Settled nack(Lease lease, String error) throws InterruptedException {
    Nack.Verdict again = new Nack.Verdict.Retry(error, Duration.ZERO);
    return nack(new Nack(lease, List.of(), lease.task(), lease.attempt(), again));
  }

  /** Ends this process's use of the queue; what is enqueued stays. Idempotent. */
  @Override
  void close();
}
