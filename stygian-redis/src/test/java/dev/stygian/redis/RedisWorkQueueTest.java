package dev.stygian.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.item.Json;
import dev.stygian.graph.item.Payload;
import dev.stygian.graph.queue.Completion;
import dev.stygian.graph.queue.IdempotencyKey;
import dev.stygian.graph.queue.LaneSpec;
import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.LeaseRequest;
import dev.stygian.graph.queue.NodeResult;
import dev.stygian.graph.queue.ResultBatch;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunLimits;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.queue.Settled;
import dev.stygian.graph.queue.Submission;
import dev.stygian.graph.queue.Task;
import dev.stygian.graph.queue.TaskId;
import dev.stygian.redis.embedded.EmbeddedRedis;
import dev.stygian.redis.embedded.ServerBinary;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RedisWorkQueueTest {
  @TempDir Path folder;

  @Test
  void movesABatchThroughItsWholeLife() throws Exception {
    try (EmbeddedRedis server = EmbeddedRedis.start(ServerBinary.best(), folder, List.of());
        RedisWorkQueue queue = RedisWorkQueue.open(RedisSettings.of(server.url()))) {
      RunId run = new RunId("r:1 {}");
      queue.open(
          new RunSpec(
              run,
              "p",
              "def",
              List.of(new LaneSpec("a", "noop", 0, List.of(), 3)),
              1,
              false,
              RunLimits.defaults()));
      List<Submission> items = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        Payload input = Payload.of(Json.parse("\"http://h/" + i + "\""));
        IdempotencyKey key = IdempotencyKey.fromInput("p", "http://h/" + i);
        items.add(
            new Submission(
                "" + i,
                input,
                List.of(new Task(new TaskId(run, "" + i, "a"), "noop", key, input)),
                List.of(key)));
      }
      queue.enqueue(run, "input", 0, items, Duration.ofSeconds(5));
      queue.enqueue(run, "input", 0, items, Duration.ofSeconds(5));
      queue.closeInput(run);
      assertThat(queue.ledger().status(run).submitted()).isEqualTo(1000);
      int done = 0;
      while (done < 1000) {
        List<Lease> leases =
            queue.lease(
                new LeaseRequest(
                    Set.of("noop"), 150, Duration.ofSeconds(30), Duration.ofSeconds(1)));
        assertThat(leases).isNotEmpty();
        List<Thread> threads = new ArrayList<>();
        for (Lease lease : leases) {
          threads.add(
              Thread.startVirtualThread(
                  () -> {
                    try {
                      Settled s =
                          queue.complete(
                              new Completion(
                                  lease,
                                  List.of(
                                      new NodeResult(
                                          "a",
                                          lease.task().key(),
                                          lease.task().input(),
                                          lease.attempt(),
                                          true,
                                          false)),
                                  List.of()));
                      assertThat(s).isInstanceOf(Settled.Booked.class);
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  }));
        }
        for (Thread t : threads) {
          t.join();
        }
        done += leases.size();
      }
      RunStatus status = queue.ledger().status(run);
      assertThat(status.state()).isEqualTo(RunStatus.State.FINISHED);
      assertThat(status.done()).isEqualTo(1000);
      String position = ResultBatch.START;
      int read = 0;
      boolean ended = false;
      while (!ended) {
        ResultBatch batch = queue.ledger().results(run, position, 5000, Duration.ofSeconds(1));
        read += batch.results().size();
        position = batch.position();
        ended = batch.ended();
      }
      assertThat(read).isEqualTo(1000);
      RunId again = new RunId("again");
      queue.open(
          new RunSpec(
              again,
              "p",
              "def",
              List.of(new LaneSpec("a", "noop", 0, List.of(), 3)),
              1,
              false,
              RunLimits.defaults()));
      queue.enqueue(again, "input", 0, items, Duration.ofSeconds(5));
      assertThat(queue.ledger().status(again).done()).isEqualTo(1000);
    }
  }
}
