package dev.stygian.redis;

import static org.awaitility.Awaitility.await;

import dev.stygian.graph.queue.WorkQueue;
import dev.stygian.graph.queue.WorkQueueContract;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * The queue's contract on a real server. Each test has an object and a queue of its own, for some
 * run side by side.
 */
abstract class RedisContract extends WorkQueueContract {
  private final ServerOfClass server;

  RedisContract(ServerOfClass server) {
    this.server = server;
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
