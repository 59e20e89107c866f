package dev.stygian.graph.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.item.BlobStore;
import dev.stygian.graph.item.DirectoryBlobs;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
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
    RunSpec before = Specs.chain("r").build();
    RunSpec now = Specs.fork("r").build();
    ResultBlobs results = new ResultBlobs(10);
    SpentBlob blob =
        new SpentBlob(
            RunBlobs.of(before),
            Specs.text(Specs.noise(1, 30_000))
                .keptIn(new DirectoryBlobs(folder), "queue", "run", "0123456789abcdef")
                .blob()
                .orElseThrow());
    results.add(RunBlobs.of(before), "1-0", List.of(blob, blob));
    results.add(RunBlobs.of(before), "2-0", List.of(blob));

    results.add(RunBlobs.of(now), "1-0", List.of(blob));

    assertThat(results.count()).isEqualTo(1);
    assertThat(results.take(before.id(), "2-0")).isEmpty();
    assertThat(results.take(now.id(), "1-0")).containsExactly(blob);
    assertThat(results.runs()).isEmpty();
  }
}
