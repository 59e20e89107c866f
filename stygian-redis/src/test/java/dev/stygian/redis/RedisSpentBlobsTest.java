package dev.stygian.redis;

import dev.stygian.graph.queue.SpentBlobsContract;
import dev.stygian.graph.queue.WorkQueue;
import dev.stygian.redis.embedded.ServerBinary;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Blobs that go before their run, on every server. */
final class RedisSpentBlobsTest {
  abstract static class OnServer extends SpentBlobsContract {
    private final String queueName = "spent " + UUID.randomUUID();

    abstract ServerOfClass server();

    @Override
    protected WorkQueue newQueue() {
      return RedisWorkQueue.open(RedisSettings.of(server().url()).withQueueName(queueName));
    }

    /** More than the 8 MB of delivered results that are kept. */
    @Override
    protected int results() {
      return 800;
    }

    @Override
    protected int characters() {
      return 15_000;
    }
  }

  @Nested
  final class OnRedis62 extends OnServer {
    @RegisterExtension static final ServerOfClass SERVER = new ServerOfClass(ServerBinary::carried);

    @Override
    ServerOfClass server() {
      return SERVER;
    }
  }

  @Nested
  @EnabledIf("dev.stygian.redis.Servers#hasRedis7")
  final class OnRedis7 extends OnServer {
    @RegisterExtension
    static final ServerOfClass SERVER = new ServerOfClass(() -> Servers.named("redis-7"));

    @Override
    ServerOfClass server() {
      return SERVER;
    }
  }

  @Nested
  @EnabledIf("dev.stygian.redis.Servers#hasValkey8")
  final class OnValkey8 extends OnServer {
    @RegisterExtension
    static final ServerOfClass SERVER = new ServerOfClass(() -> Servers.named("valkey-8"));

    @Override
    ServerOfClass server() {
      return SERVER;
    }
  }
}
