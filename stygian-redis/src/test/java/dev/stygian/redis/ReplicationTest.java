package dev.stygian.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.Settled;
import dev.stygian.redis.embedded.EmbeddedRedis;
import io.lettuce.core.api.sync.RedisCommands;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a replica has when its primary dies, with and without waiting for it. */
@EnabledIf("dev.stygian.redis.Servers#hasRedis7")
final class ReplicationTest {
  private static final String REPLICATED = "durability = \"replicated\"";

  @TempDir Path folder;

  private EmbeddedRedis primary;
  private EmbeddedRedis replica;

  @BeforeEach
  void startServers() {
    List<String> options = List.of("--save", "", "--repl-diskless-sync-delay", "0");
    primary = EmbeddedRedis.start(Servers.named("redis-7"), folder.resolve("primary"), options);
    replica = EmbeddedRedis.start(Servers.named("redis-7"), folder.resolve("replica"), options);
  }

  @AfterEach
  void stopServers() {
    primary.close();
    replica.close();
  }

  private void replicate() {
    Servers.ask(replica, redis -> redis.replicaof("127.0.0.1", primary.port()));
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() ->
            Servers.ask(replica, redis -> redis.info("replication")).contains("link_status:up"));
  }

  @Test
  void nothingCountsAsAcceptedBeforeAReplicaHasIt() throws Exception {
    NoopRun run = NoopRun.of("run");
    try (RedisWorkQueue queue = RedisWorkQueue.open(RedisSettings.of(primary.url()));
        RedisWorkQueue promoted = RedisWorkQueue.open(RedisSettings.of(replica.url()));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      run.openReplicated(queue);
      Future<Boolean> accepted =
          threads.submit(() -> {
            queue.enqueue(run.id(), "input", 0, run.items(0, 100), Duration.ofMinutes(1));
            return true;
          });
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> queue.ledger().accepted(run.id(), "input") == 100);
      await().during(Duration.ofMillis(300)).until(() -> !accepted.isDone());
      replicate();
      assertThat(accepted.get(20, TimeUnit.SECONDS)).isTrue();
      primary.kill();
      Servers.ask(replica, RedisCommands::replicaofNoOne);
      primary.startAgain();
      Servers.ask(primary, redis -> redis.replicaof("127.0.0.1", replica.port()));

      assertThat(promoted.ledger().accepted(run.id(), "input")).isEqualTo(100);
      promoted.closeInput(run.id());
      assertThat(NoopRun.work(promoted)).isEqualTo(100);
    }
  }

  @Test
  void theEndOfTheInputCountsOnceAReplicaHasIt() throws Exception {
    NoopRun run = NoopRun.of("run");
    try (RedisWorkQueue queue = RedisWorkQueue.open(RedisSettings.of(primary.url()));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      run.openReplicated(queue);
      Future<Boolean> closed =
          threads.submit(() -> {
            queue.closeInput(run.id());
            return true;
          });
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> queue.ledger().status(run.id()).inputClosed());
      await().during(Duration.ofMillis(300)).until(() -> !closed.isDone());
      replicate();

      assertThat(closed.get(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** The replica goes its own way, so that nobody has what the primary accepts from now on. */
  private void part() {
    Servers.ask(replica, RedisCommands::replicaofNoOne);
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() ->
            Servers.ask(primary, redis -> redis.info("replication"))
                .contains("connected_slaves:0"));
  }

  /** What books a lease's end. */
  @FunctionalInterface
  interface Booking {
    List<Settled> of(RedisWorkQueue queue, Lease lease) throws InterruptedException;
  }

  static Stream<Named<Booking>> bookings() {
    return Stream.of(
        Named.of("one by one", (queue, lease) -> List.of(NoopRun.complete(queue, lease))),
        Named.of("together", (queue, lease) -> queue.settle(List.of(NoopRun.completion(lease)))));
  }

  @ParameterizedTest
  @MethodSource("bookings")
  void aCompletionCountsOnceAReplicaHasIt(Booking booking) throws Exception {
    replicate();
    NoopRun run = NoopRun.of("run");
    try (RedisWorkQueue queue = RedisWorkQueue.open(RedisSettings.of(primary.url()));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      run.openReplicated(queue);
      queue.enqueue(run.id(), "input", 0, run.items(0, 1), Duration.ofMinutes(1));
      Lease lease = NoopRun.lease(queue, 1).getFirst();
      part();
      Future<List<Settled>> settled = threads.submit(() -> booking.of(queue, lease));
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> queue.ledger().status(run.id()).done() == 1);
      await().during(Duration.ofMillis(300)).until(() -> !settled.isDone());
      replicate();

      assertThat(settled.get(20, TimeUnit.SECONDS)).containsExactly(new Settled.Booked());
    }
  }

  @Test
  void aResultIsHandedOutOnceAReplicaHasIt() throws Exception {
    replicate();
    NoopRun run = NoopRun.of("run");
    try (RedisWorkQueue queue = RedisWorkQueue.open(RedisSettings.of(primary.url()));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      run.openReplicated(queue);
      queue.enqueue(run.id(), "input", 0, run.items(0, 1), Duration.ofMinutes(1));
      queue.closeInput(run.id());
      Lease lease = NoopRun.lease(queue, 1).getFirst();
      part();
      Future<Settled> settled = threads.submit(() -> NoopRun.complete(queue, lease));
      Future<List<String>> read = threads.submit(() -> run.results(queue));
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> queue.ledger().status(run.id()).done() == 1);
      await().during(Duration.ofMillis(300)).until(() -> !read.isDone());
      replicate();

      assertThat(read.get(20, TimeUnit.SECONDS)).containsExactly("0");
      assertThat(settled.get(20, TimeUnit.SECONDS)).isEqualTo(new Settled.Booked());
    }
  }

  @Test
  void aRunThatWaitsForReplicasGoesThroughTheEngine() throws Exception {
    replicate();

    List<String> items =
        DisturbedRun.of(
                RedisSettings.of(primary.url()).withMaxConnections(4), 200, REPLICATED, () -> {})
            .read();

    assertThat(items).hasSize(200).doesNotHaveDuplicates();
    String key = new String(new Keys("default").meta(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(Servers.<String>ask(replica, redis -> redis.hget(key, "protocol")))
        .isEqualTo(OpenRuns.PROTOCOL);
  }
}
