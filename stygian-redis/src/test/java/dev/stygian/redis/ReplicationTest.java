package dev.stygian.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stygian.redis.embedded.EmbeddedRedis;
import io.lettuce.core.api.sync.RedisCommands;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

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

  @Test
  void aRunThatWaitsForReplicasGoesThroughTheEngine() throws Exception {
    replicate();

    List<String> items =
        DisturbedRun.of(
            RedisSettings.of(primary.url()).withMaxConnections(4), 200, REPLICATED, () -> {});

    assertThat(items).hasSize(200).doesNotHaveDuplicates();
    String key = new String(new Keys("default").meta(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(Servers.<String>ask(replica, redis -> redis.hget(key, "protocol")))
        .isEqualTo(OpenRuns.PROTOCOL);
  }
}
