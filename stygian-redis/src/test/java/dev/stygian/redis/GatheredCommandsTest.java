package dev.stygian.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stygian.redis.embedded.EmbeddedRedis;
import dev.stygian.redis.embedded.ServerBinary;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that go out together. */
final class GatheredCommandsTest {
  private static final byte[] KEY = "key".getBytes(UTF_8);

  @TempDir Path folder;

  @Test
  void goOutInTheirOrderAndEachIsAnsweredForItself() throws Exception {
    try (EmbeddedRedis server = EmbeddedRedis.start(ServerBinary.carried(), folder, List.of())) {
      RedisClient client = RedisClient.create(server.url());
      try (StatefulRedisConnection<byte[], byte[]> connection =
          client.connect(ByteArrayCodec.INSTANCE)) {
        GatheredCommands gathered = new GatheredCommands(connection);
        RedisFuture<Long> one = gathered.rpush(KEY, "1".getBytes(UTF_8));
        RedisFuture<Long> refused = gathered.incr(KEY);
        RedisFuture<Long> two = gathered.rpush(KEY, "2".getBytes(UTF_8));
        RedisFuture<List<byte[]>> all = gathered.lrange(KEY, 0, -1);

        assertThat(connection.sync().exists(KEY)).as("before they are sent").isZero();
        gathered.send();

        assertThat(all.get(10, TimeUnit.SECONDS))
            .extracting(value -> new String(value, UTF_8))
            .containsExactly("1", "2");
        assertThat(one.get()).isEqualTo(1);
        assertThat(two.get()).isEqualTo(2);
        assertThatThrownBy(refused::get)
            .isInstanceOf(ExecutionException.class)
            .hasCauseInstanceOf(RedisCommandExecutionException.class);
      } finally {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
      }
    }
  }
}
