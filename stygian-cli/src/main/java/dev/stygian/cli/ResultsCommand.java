package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import dev.stygian.cli.output.ResultOutput;
import dev.stygian.graph.engine.ResultDelivery;
import dev.stygian.graph.engine.ResultSink;
import dev.stygian.graph.queue.ResultBatch;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunLedger;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code stygian results}: to standard output all of them each time, to a file each once. */
@Command(
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  stygian results books-7f3a -o books.jsonl --follow"})
final class ResultsCommand implements Callable<Integer> {
  private static final int BATCH = 1000;
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** Standard output as a reader: what it has seen need not be held back for others. */
  private static final String FOLLOWER = "follower";

  private final Console console;

  @Mixin private final RunArgument run = new RunArgument();
  @Mixin private final QueueOptions queue = new QueueOptions();
  @Mixin private final BlobOptions blobs = new BlobOptions();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "A .jsonl or .csv file; started again, it goes on where it was.")
  private @Nullable String output;

  @Option(names = "--follow", description = "Wait for more until the run is over.")
  private boolean follow;

  ResultsCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws InterruptedException {
    ResultOutput results = ResultOutput.of(console, Optional.ofNullable(output));
    try (QueueAccess access =
            QueueAccess.open(console, queue, Blobs.of(blobs, console.environment()));
        BlobSweep _ =
            BlobSweep.startForReader(access.withBlobs().stream().toList(), BlobSweep.Pace.USUAL)) {
      RunLedger ledger = access.ledger();
      ledger.status(run.id()); // says so where there is no such run, before a file is touched
      ResultDelivery delivery = new ResultDelivery(ledger, run.id(), results.reader());
      if (results.file().isEmpty()) {
        print(ledger, run.id(), results);
      } else if (follow) {
        delivery.deliverAll(results);
      } else {
        delivery.deliverPresent(results);
      }
      results.file().ifPresent(file -> console.say("results are in " + file));
      return ExitCode.OK;
    }
  }

  private void print(RunLedger ledger, RunId id, ResultOutput results) throws InterruptedException {
    String position = ResultBatch.START;
    try (ResultSink sink = results.open(0)) {
      while (true) {
        ResultBatch batch = ledger.results(id, position, BATCH, follow ? PATIENCE : Duration.ZERO);
        batch.results().forEach(sink::write);
        sink.sync();
        position = batch.position();
        if (follow && !batch.results().isEmpty()) {
          ledger.deliver(id, FOLLOWER, new RunLedger.Delivery(position, 0));
        }
        if (batch.ended() || (!follow && batch.results().isEmpty())) {
          return;
        }
      }
    }
  }
}
