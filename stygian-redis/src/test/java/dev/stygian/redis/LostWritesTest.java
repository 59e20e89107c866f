package dev.stygian.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stygian.graph.queue.Explanation;
import dev.stygian.graph.queue.Hold;
import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.LeaseRequest;
import dev.stygian.graph.queue.Receipt;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a run whose server said yes to what its successor never heard of. */
@EnabledIf("dev.stygian.redis.Servers#hasRedis7")
final class LostWritesTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final int ITEMS = 600;

  @TempDir Path folder;

  private RedisCluster cluster;
  private RedisSettings settings;

  @BeforeEach
  void startCluster() {
    cluster = RedisCluster.start(Servers.named("redis-7"), folder, 1);
    cluster.failOverByHandOnly();
    settings = RedisSettings.of(cluster.url()).withQueueName(RedisCluster.queueAt(0));
  }

  @AfterEach
  void stopCluster() {
    cluster.close();
  }

  private RunStatus status(RunId run) {
    try (RedisWorkQueue queue = RedisWorkQueue.open(settings)) {
      return queue.ledger().status(run);
    }
  }

  @Test
  void theSubmitterPutsInAgainWhatWasForgottenAndEveryItemIsThereOnce() throws Exception {
    RunId run = new RunId("run");

    List<String> results =
        DisturbedRun.of(
                settings,
                ITEMS,
                "",
                cluster::cutOffReplica,
                () -> {
                  RunStatus before = status(run);
                  cluster.failOver();
                  RunStatus after = status(run);
                  assertThat(after.submitted()).isLessThan(before.submitted());
                  assertThat(after.done()).isLessThan(before.done());
                })
            .results();

    assertThat(results).hasSize(ITEMS).doesNotHaveDuplicates();
  }

  @Test
  void aReaderGetsEachResultOnceWhereReplicasAreWaitedFor() throws Exception {
    List<String> read =
        DisturbedRun.of(
                settings,
                ITEMS,
                "durability = \"replicated\"",
                () -> {
                  cluster.cutOffReplica();
                  cluster.failOver();
                  cluster.node(0).startAgain(); // as a replica
                })
            .read();

    assertThat(read).hasSize(ITEMS).doesNotHaveDuplicates();
  }

  @Test
  void withoutASubmitterTheRunWaitsForMoreAndWhoHasTheInputGoesOn() throws Exception {
    NoopRun run = NoopRun.of("run");
    try (RedisWorkQueue submitter = RedisWorkQueue.open(settings)) {
      run.open(submitter);
      submitter.enqueue(run.id(), "input", 0, run.items(0, 100), SOON);
      cluster.awaitReplica();
      cluster.cutOffReplica();
      submitter.enqueue(run.id(), "input", 100, run.items(100, 250), SOON);
      submitter.closeInput(run.id());
      assertThat(NoopRun.complete(submitter, NoopRun.lease(submitter, 1).getFirst())).isNotNull();
    }
    cluster.failOver();

    try (RedisWorkQueue queue = RedisWorkQueue.open(settings)) {
      assertThat(NoopRun.work(queue)).as("those that are known").isEqualTo(100);
      assertThat(queue.ledger().status(run.id()).state()).isEqualTo(RunStatus.State.RUNNING);
      Receipt before = queue.ledger().receipt(run.id());
      assertThat(before.discrepancies()).isEmpty();
      assertThat(before.status().inputClosed()).as("what is forgotten is in no sum").isFalse();
      assertThat(Checkup.of(settings, false).violations()).isEmpty();
      Explanation explanation = queue.ledger().why(run.id());
      assertThat(explanation.verdict()).isEqualTo(Explanation.Verdict.STANDS);
      assertThat(explanation.holds()).contains(new Hold.InputOpen(100));

      int accepted = (int) queue.ledger().accepted(run.id(), "input");
      queue.enqueue(run.id(), "input", accepted, run.items(accepted, 250), SOON);
      queue.closeInput(run.id());
      assertThat(NoopRun.work(queue)).isEqualTo(150);
      assertThat(run.results(queue)).hasSize(250).doesNotHaveDuplicates();
      Receipt whole = queue.ledger().receipt(run.id());
      assertThat(whole.discrepancies()).isEmpty();
      assertThat(whole.status().inputClosed()).isTrue();
    }
  }

  @Test
  void theEndOfTheInputIsSaidAgainToAServerThatHasNotHeardOfIt() throws Exception {
    NoopRun run = NoopRun.of("run");
    try (RedisWorkQueue queue = RedisWorkQueue.open(settings);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      run.openReplicated(queue);
      queue.enqueue(run.id(), "input", 0, run.items(0, 10), SOON);
      cluster.cutOffReplica();
      Future<Boolean> closed =
          threads.submit(() -> {
            queue.closeInput(run.id());
            return true;
          });
      await().atMost(SOON).until(() -> status(run.id()).inputClosed());
      cluster.failOver();
      cluster.node(0).startAgain();

      assertThat(closed.get(60, TimeUnit.SECONDS)).isTrue();
      assertThat(queue.ledger().status(run.id()).inputClosed()).isTrue();
    }
  }

  @Test
  void aResultThatItsServerTookAlongIsNotHandedOut() throws Exception {
    NoopRun run = NoopRun.of("run");
    try (RedisWorkQueue queue = RedisWorkQueue.open(settings);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      run.openReplicated(queue);
      queue.enqueue(run.id(), "input", 0, run.items(0, 1), SOON);
      queue.closeInput(run.id());
      Duration brief = Duration.ofSeconds(1);
      Lease lease = queue.lease(new LeaseRequest(Set.of("noop"), 1, brief, SOON)).getFirst();
      cluster.awaitReplica();
      cluster.cutOffReplica();
      var _ = threads.submit(() -> NoopRun.complete(queue, lease));
      await().atMost(SOON).until(() -> status(run.id()).done() == 1);
      Future<List<String>> read = threads.submit(() -> run.results(queue));
      cluster.failOver();
      cluster.node(0).startAgain();
      List<Lease> again = queue.lease(new LeaseRequest(Set.of("noop"), 1, SOON, SOON));
      assertThat(again).hasSize(1);
      NoopRun.complete(queue, again.getFirst());

      assertThat(read.get(60, TimeUnit.SECONDS)).containsExactly("0");
    }
  }
}
