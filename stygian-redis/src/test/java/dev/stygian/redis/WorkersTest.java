package dev.stygian.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.queue.Heartbeat;
import dev.stygian.graph.queue.LeaseRequest;
import dev.stygian.graph.queue.WorkerInfo;
import dev.stygian.redis.embedded.EmbeddedRedis;
import dev.stygian.redis.embedded.ServerBinary;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a queue keeps of its workers. */
final class WorkersTest {
  private static final String WORKERS = "stygian:{default}:workers";

  @TempDir Path folder;

  @Test
  void I15_workers_that_are_gone_are_forgotten() throws Exception {
    try (EmbeddedRedis server = EmbeddedRedis.start(ServerBinary.carried(), folder, List.of());
        RedisWorkQueue queue = RedisWorkQueue.open(RedisSettings.of(server.url()))) {
      RedisClient client = RedisClient.create(server.url());
      try (StatefulRedisConnection<String, String> connection = client.connect()) {
        RedisCommands<String, String> redis = connection.sync();
        long nowMillis = Long.parseLong(redis.time().getFirst()) * 1000;
        redis.hset(WORKERS, "gone", (nowMillis - 61_000) + "|4|noop");
        redis.hset(WORKERS, "late", (nowMillis - 30_000) + "|4|noop");

        queue.renew(new Heartbeat("here", Set.of("noop"), 4, Set.of(), LeaseRequest.AS_RUN));

        assertThat(redis.hkeys(WORKERS)).containsExactlyInAnyOrder("late", "here");
        assertThat(queue.ledger().workers()).extracting(WorkerInfo::worker).containsExactly("here");
        assertThat(redis.pttl(WORKERS)).isPositive();
      } finally {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
      }
    }
  }

  @Test
  void I15_what_a_process_was_handed_out_last_has_a_time_to_live() throws Exception {
    NoopRun run = NoopRun.of("run");
    try (EmbeddedRedis server = EmbeddedRedis.start(ServerBinary.carried(), folder, List.of());
        RedisWorkQueue queue = RedisWorkQueue.open(RedisSettings.of(server.url()))) {
      run.submit(queue, 10);
      assertThat(NoopRun.work(queue)).isEqualTo(10);

      RedisClient client = RedisClient.create(server.url());
      try (StatefulRedisConnection<String, String> connection = client.connect()) {
        RedisCommands<String, String> redis = connection.sync();
        List<String> asked = redis.keys("stygian:{default}:a:*");
        assertThat(asked).hasSize(1);
        assertThat(redis.pttl(asked.getFirst())).isBetween(1L, 300_000L);
      } finally {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
      }
    }
  }

  @Test
  void I15_stored_results_whose_time_is_over_are_unlinked_by_whoever_lives() throws Exception {
    String store = "stygian:{default}:s:1";
    String values = "stygian:{default}:v:1";
    NoopRun run = NoopRun.of("run");
    try (EmbeddedRedis server = EmbeddedRedis.start(ServerBinary.carried(), folder, List.of());
        RedisWorkQueue queue = RedisWorkQueue.open(RedisSettings.of(server.url()))) {
      run.submit(queue, 10);
      assertThat(NoopRun.work(queue)).isEqualTo(10);

      RedisClient client = RedisClient.create(server.url());
      try (StatefulRedisConnection<String, String> connection = client.connect()) {
        RedisCommands<String, String> redis = connection.sync();
        redis.hset(values, "batch", "of few, which lie with their keys");
        Heartbeat beat = new Heartbeat("here", Set.of("noop"), 4, Set.of(), LeaseRequest.AS_RUN);
        queue.renew(beat);
        assertThat(redis.exists(store, values)).as("while they are valid").isEqualTo(2);

        redis.pexpire(store, 119_000);
        redis.pexpire(values, 119_000);
        redis.hdel("stygian:{default}:meta", "swept");
        queue.renew(beat);
        assertThat(redis.exists(store, values)).isZero();
      } finally {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
      }
    }
  }
}
