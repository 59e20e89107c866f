package dev.stygian.redis;

import static org.awaitility.Awaitility.await;

import dev.stygian.graph.queue.WorkQueue;
import dev.stygian.graph.queue.WorkQueueContract;
import dev.stygian.redis.embedded.EmbeddedRedis;
import dev.stygian.redis.embedded.ServerBinary;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.api.StatefulRedisConnection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The queue's contract on a real server, which lives as long as the test class. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RedisContract extends WorkQueueContract {
  private final ServerBinary binary;
  private EmbeddedRedis server;

  RedisContract(ServerBinary binary) {
    this.binary = binary;
  }

  @BeforeAll
  void startServer(@TempDir Path folder) {
    server = EmbeddedRedis.start(binary, folder, List.of("--save", ""));
  }

  @AfterAll
  void stopServer() {
    server.close();
  }

  @Override
  protected WorkQueue newQueue(String queueName) {
    return RedisWorkQueue.open(RedisSettings.of(server.url()).withQueueName(queueName));
  }

  /** The clock is the server's, so time really passes. */
  @Override
  protected void elapse(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    await()
        .pollInterval(Duration.ofMillis(5))
        .atMost(time.plusSeconds(5))
        .until(() -> System.nanoTime() - end > 0);
  }

  @Override
  protected OptionalLong keyCount(String queueName) {
    String pattern = new Keys(queueName).prefix() + "*";
    RedisClient client = RedisClient.create(server.url());
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      long keys = 0;
      ScanCursor cursor = ScanCursor.INITIAL;
      do {
        KeyScanCursor<String> page =
            connection.sync().scan(cursor, ScanArgs.Builder.matches(pattern).limit(1000));
        keys += page.getKeys().size();
        cursor = page;
      } while (!cursor.isFinished());
      return OptionalLong.of(keys);
    } finally {
      client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
    }
  }
}
