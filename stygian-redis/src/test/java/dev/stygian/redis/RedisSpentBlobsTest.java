package dev.stygian.redis;

import dev.stygian.graph.queue.SpentBlobsContract;
import dev.stygian.graph.queue.WorkQueue;
import dev.stygian.redis.embedded.ServerBinary;
import java.util.UUID;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Blobs that go before their run: one server stands for all, as no script knows of blobs. */
final class RedisSpentBlobsTest extends SpentBlobsContract {
  @RegisterExtension static final ServerOfClass SERVER = new ServerOfClass(ServerBinary::carried);

  private final String queueName = "spent " + UUID.randomUUID();

  @Override
  protected WorkQueue newQueue() {
    return RedisWorkQueue.open(RedisSettings.of(SERVER.url()).withQueueName(queueName));
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
