package dev.stygian.redis;

import dev.stygian.graph.engine.CollectingContract;
import dev.stygian.graph.engine.EngineContract;
import dev.stygian.graph.engine.FindingContract;
import dev.stygian.graph.engine.SplittingContract;
import dev.stygian.graph.engine.StretchContract;
import dev.stygian.graph.engine.VisitingContract;
import dev.stygian.graph.queue.WorkQueue;
import dev.stygian.redis.embedded.EmbeddedRedis;
import dev.stygian.redis.embedded.ServerBinary;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

final class RedisEngineTest extends EngineContract {
  @TempDir static Path folder;

  private static EmbeddedRedis server;

  @BeforeAll
  static void startServer() {
    server = EmbeddedRedis.start(ServerBinary.carried(), folder, List.of("--save", ""));
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Override
  protected WorkQueue newQueue() {
    return open();
  }

  @Nested
  final class Finding extends FindingContract {
    @Override
    protected WorkQueue newQueue() {
      return open();
    }
  }

  @Nested
  final class Splitting extends SplittingContract {
    @Override
    protected WorkQueue newQueue() {
      return open();
    }
  }

  @Nested
  final class Collecting extends CollectingContract {
    @Override
    protected WorkQueue newQueue() {
      return open();
    }
  }

  @Nested
  final class Visiting extends VisitingContract {
    @Override
    protected WorkQueue newQueue() {
      return open();
    }
  }

  @Nested
  final class Stretches extends StretchContract {
    @Override
    protected WorkQueue newQueue() {
      return open();
    }
  }

  private static WorkQueue open() {
    return RedisWorkQueue.open(
        RedisSettings.of(server.url()).withQueueName("engine " + UUID.randomUUID()));
  }
}
