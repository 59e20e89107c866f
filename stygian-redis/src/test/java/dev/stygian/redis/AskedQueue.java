package dev.stygian.redis;

import dev.stygian.redis.embedded.EmbeddedRedis;
import dev.stygian.redis.embedded.ServerBinary;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A queue on a server of the test's own, which the test may ask what no queue asks. */
abstract class AskedQueue {
  @TempDir Path folder;
  EmbeddedRedis server;
  RedisWorkQueue queue;
  RedisCommands<String, String> redis;
  private RedisClient client;

  @BeforeEach
  void open() {
    server = EmbeddedRedis.start(ServerBinary.carried(), folder, List.of("--save", ""));
    queue = RedisWorkQueue.open(RedisSettings.of(server.url()));
    client = RedisClient.create(server.url());
    StatefulRedisConnection<String, String> connection = client.connect();
    redis = connection.sync();
  }

  @AfterEach
  void close() {
    client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
    queue.close();
    server.close();
  }

  long serverMillis() {
    List<String> time = redis.time();
    return Long.parseLong(time.get(0)) * 1000 + Long.parseLong(time.get(1)) / 1000;
  }
}
