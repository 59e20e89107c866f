package dev.stygian.redis;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stygian.graph.error.QueueRefusedException;
import dev.stygian.graph.queue.Heartbeat;
import dev.stygian.graph.queue.LeaseRequest;
import dev.stygian.graph.queue.ResultBatch;
import dev.stygian.graph.queue.WorkQueue;
import dev.stygian.redis.embedded.EmbeddedRedis;
import dev.stygian.redis.embedded.ServerBinary;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A queue that an older or a newer version of this program wrote, and a worker of this one. */
final class UpgradeTest {
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

  private static RedisWorkQueue open(String name) {
    return RedisWorkQueue.open(RedisSettings.of(server.url()).withQueueName(name));
  }

  /** One so many versions away from ours. */
  private static String protocol(int away) {
    return Integer.toString(Integer.parseInt(OpenRuns.PROTOCOL) + away);
  }

  private static void write(String queueName, String protocol) {
    String meta = new Keys(queueName).prefix() + "meta";
    Servers.ask(server, redis -> redis.hset(meta, "protocol", protocol));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 1})
  void everyEntryOfAQueueOfAnotherProtocolIsRefused(int away) throws Exception {
    String protocol = protocol(away);
    String name = "of " + protocol;
    NoopRun run = NoopRun.of("run");
    try (RedisWorkQueue before = open(name)) {
      run.submit(before, 1);
    }
    write(name, protocol);
    for (Function<WorkQueue, ThrowingCallable> entry : entries(run)) {
      try (RedisWorkQueue queue = open(name)) {
        assertRefused(entry.apply(queue), protocol);
      }
    }
  }

  private static List<Function<WorkQueue, ThrowingCallable>> entries(NoopRun run) {
    Duration brief = Duration.ofSeconds(1);
    return List.of(
        queue -> () -> run.open(queue),
        queue -> () -> queue.enqueue(run.id(), "input", 1, run.items(1, 2), brief),
        queue -> () -> queue.closeInput(run.id()),
        queue -> () -> NoopRun.lease(queue, 1),
        queue -> () -> beat(queue),
        queue -> () -> queue.ledger().status(run.id()),
        queue -> () -> queue.ledger().runs(),
        queue -> () -> queue.ledger().results(run.id(), ResultBatch.START, 1, brief),
        queue -> () -> queue.ledger().deadLetters(run.id(), "", 1),
        queue -> () -> queue.ledger().cancel(run.id()));
  }

  private static void beat(WorkQueue queue) {
    queue.renew(new Heartbeat("here", Set.of("noop"), 4, Set.of(), LeaseRequest.AS_RUN));
  }

  private static void assertRefused(ThrowingCallable entry, String protocol) {
    assertThatThrownBy(entry)
        .isInstanceOf(QueueRefusedException.class)
        .hasMessageContaining("protocol " + protocol)
        .hasMessageContaining("run that version, or use another queue_name");
  }

  @Test
  void aWorkerThatIsAtWorkIsRefusedAtItsNextHeartbeat() throws Exception {
    NoopRun run = NoopRun.of("run");
    try (RedisWorkQueue queue = open("taken over")) {
      run.submit(queue, 1);
      beat(queue);
      String later = protocol(1);
      write("taken over", later);

      assertRefused(() -> beat(queue), later);
      assertRefused(() -> NoopRun.lease(queue, 1), later);
    }
  }
}
