package dev.stygian.graph.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stygian.graph.error.QueueUnavailableException;
import dev.stygian.graph.item.BlobStore;
import dev.stygian.graph.item.DirectoryBlobs;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Over the queue in memory, and what only few blobs can show. */
final class LocalSpentBlobsTest extends SpentBlobsContract {
  private final LocalWorkQueue memory = new LocalWorkQueue();

  @Override
  protected WorkQueue newQueue() {
    return memory.share();
  }

  @Override
  protected int results() {
    return ResultLog.DELIVERED_KEPT + 200;
  }

  @Override
  protected int characters() {
    return 1;
  }

  @AfterEach
  void closeMemory() {
    memory.close();
  }

  @Test
  void whatDoesNotFitIsNotRememberedAndGoesWithTheRun(@TempDir Path blobs) throws Exception {
    int most = 3;
    Instant start = Instant.now();
    InstantSource clock = () -> start.plus(Duration.ofHours(1));
    BlobStore store = new DirectoryBlobs(blobs);
    try (QueueFixture q =
        new QueueFixture(
            () -> new BlobQueue(memory.share(), store, BlobQueue.LEAST_BYTES, clock, most),
            _ -> {})) {
      BlobQueue queue = (BlobQueue) q.queue;
      RunSpec chain = q.open(Specs.chain("handed over"));
      RunSpec single = q.open(Specs.single("results"));
      String page = Specs.noise(1, 30_000);
      for (String item : List.of("v", "w", "x", "y", "z")) {
        q.submit(chain, item);
        q.finish(q.leaseOne("A"), page);
        q.finish(q.leaseOne("B"), "small");
      }
      assertThat(queue.countSpent()).isEqualTo(most);
      for (String item : List.of("v", "w", "x", "y", "z")) {
        q.submit(single, item);
        q.finish(q.leaseOne("A"), page);
      }
      String position = ResultBatch.START;
      for (int i = 0; i < 5; i++) {
        position = q.ledger().results(single.id(), position, 1, Duration.ZERO).position();
        q.ledger().results(single.id(), ResultBatch.START, 1, Duration.ZERO); // again, which is one
      }

      assertThat(queue.countSpent()).isEqualTo(2 * most);
    }
  }

  @Test
  void whatIsLeftOfARunThatIsAnotherOneByNowIsForgotten() {
    RunBlobs.Mark before = RunBlobs.of(Specs.chain("r").build()).mark();
    RunBlobs.Mark now = RunBlobs.of(Specs.fork("r").build()).mark();
    ResultBlobs results = new ResultBlobs(10);
    SpentBlob blob = blob(before);
    results.add(before, "1-0", handedOut(blob, blob));
    results.add(before, "2-0", handedOut(blob));

    results.add(now, "1-0", handedOut(blob));

    assertThat(results.count()).isEqualTo(1);
    assertThat(results.take(before.id(), "2-0")).isEmpty();
    assertThat(results.take(now.id(), "1-0").orElseThrow().blobs()).containsExactly(blob);
    assertThat(results.runs()).isEmpty();
  }

  @Test
  void runsWhoseResultsNobodyTakesAreForgottenForOthers() {
    ResultBlobs results = new ResultBlobs(2 * ResultBlobs.MOST_RUNS);
    for (int i = 0; i <= ResultBlobs.MOST_RUNS; i++) {
      RunBlobs.Mark run = RunBlobs.of(Specs.chain("r" + i).build()).mark();
      results.add(run, "1-0", handedOut(blob(run)));
    }

    assertThat(results.count()).isEqualTo(ResultBlobs.MOST_RUNS);
    assertThat(results.first(new RunId("r0"))).isEmpty();
    assertThat(results.first(new RunId("r1"))).contains("1-0");
  }

  /** A task that a server forgot comes back, and its turn may take a while. */
  @Test
  void theGraceBeginsAnewWhereTheQueueDidNotAnswer(@TempDir Path blobs) throws Exception {
    AtomicReference<Instant> time = new AtomicReference<>(Instant.now().plusSeconds(60));
    AtomicBoolean isAway = new AtomicBoolean();
    BlobStore store = new DirectoryBlobs(blobs);
    try (QueueFixture q =
        new QueueFixture(
            () -> new BlobQueue(memory.share(), store, BlobQueue.LEAST_BYTES), _ -> {})) {
      SpentBlobs spent = new SpentBlobs(away(q.ledger(), isAway), store, time::get, 10);
      RunSpec run = q.open(Specs.chain("r"));
      q.submit(run, "x");
      q.finish(q.leaseOne("A"), Specs.noise(1, 30_000));
      Completion end = q.completion(q.leaseOne("B"), "small");
      spent.settled(end, q.queue.complete(end), spent.findAll(List.of(end)));

      time.updateAndGet(now -> now.plus(SpentBlobs.GRACE).minusSeconds(60));
      isAway.set(true);
      assertThatThrownBy(spent::delete).isInstanceOf(QueueUnavailableException.class);
      isAway.set(false);
      time.updateAndGet(now -> now.plusSeconds(120));
      assertThat(spent.delete()).as("right after the server came back").isZero();
      time.updateAndGet(now -> now.plus(SpentBlobs.GRACE).minusSeconds(1));
      assertThat(spent.delete()).as("within the grace").isZero();
      time.updateAndGet(now -> now.plusSeconds(2));
      assertThat(spent.delete()).isEqualTo(1);
      assertThat(spent.count()).isZero();
    }
  }

  private static RunLedger away(RunLedger ledger, AtomicBoolean isAway) {
    return (RunLedger)
        Proxy.newProxyInstance(
            RunLedger.class.getClassLoader(),
            new Class<?>[] {RunLedger.class},
            (_, method, arguments) -> {
              if (isAway.get()) {
                throw new QueueUnavailableException("away");
              }
              return method.invoke(ledger, arguments);
            });
  }

  private SpentBlob blob(RunBlobs.Mark run) {
    return new SpentBlob(
        run,
        Specs.text(Specs.noise(1, 30_000))
            .keptIn(new DirectoryBlobs(folder), "queue", "run", "0123456789abcdef")
            .blob()
            .orElseThrow());
  }

  private static ResultBlobs.HandedOut handedOut(SpentBlob... blobs) {
    return new ResultBlobs.HandedOut(List.of(blobs), Instant.now());
  }
}
