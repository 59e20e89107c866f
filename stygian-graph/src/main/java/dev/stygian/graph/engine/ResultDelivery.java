package dev.stygian.graph.engine;

import dev.stygian.graph.queue.Result;
import dev.stygian.graph.queue.ResultBatch;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunLedger;
import java.time.Duration;
import java.util.Optional;

/**
 * Carries a run's results into a sink, each exactly once: the position in the results is committed
 * together with the length of the sink, and a delivery that starts after a crash cuts the sink back
 * to the committed length and goes on from the committed position.
 */
public final class ResultDelivery {
  private static final int MOST = 1000;
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final RunLedger ledger;
  private final RunId run;
  private final String reader;

  /**
   * A delivery.
   *
   * @param reader names the sink among the readers of the run, such as its absolute path
   */
  public ResultDelivery(RunLedger ledger, RunId run, String reader) {
    this.ledger = ledger;
    this.run = run;
    this.reader = reader;
  }

  /** Delivers until the run is over; an interrupt ends it after the last commit. */
  public void deliverAll(ResultSink.Opener opener) throws InterruptedException {
    deliver(opener, true);
  }

  /** Delivers what there is now. */
  public void deliverPresent(ResultSink.Opener opener) throws InterruptedException {
    deliver(opener, false);
  }

  private void deliver(ResultSink.Opener opener, boolean toTheEnd) throws InterruptedException {
    Optional<RunLedger.Delivery> before = ledger.delivered(run, reader);
    String position = before.map(RunLedger.Delivery::position).orElse(ResultBatch.START);
    try (ResultSink sink = opener.open(before.map(RunLedger.Delivery::bytes).orElse(0L))) {
      while (true) {
        ResultBatch batch =
            ledger.results(run, position, MOST, toTheEnd ? PATIENCE : Duration.ZERO);
        for (Result result : batch.results()) {
          sink.write(result);
        }
        position = batch.position();
        if (!batch.results().isEmpty()) {
          ledger.deliver(run, reader, new RunLedger.Delivery(position, sink.sync()));
        }
        if (batch.ended() || (!toTheEnd && batch.results().isEmpty())) {
          return;
        }
      }
    }
  }
}
