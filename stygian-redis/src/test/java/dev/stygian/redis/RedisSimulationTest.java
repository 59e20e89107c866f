package dev.stygian.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stygian.graph.queue.QueueFixture;
import dev.stygian.graph.queue.QueueMove;
import dev.stygian.graph.queue.QueueSimulation;
import dev.stygian.redis.embedded.EmbeddedRedis;
import dev.stygian.redis.embedded.ServerBinary;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Random moves on every server that is there. A failure names its seed and the shortest moves to
 * it.
 */
final class RedisSimulationTest {
  private static final List<Server> SERVERS = new ArrayList<>();
  private static int queues;

  /** A server with a connection that asks what no queue asks. */
  private record Server(
      String name,
      EmbeddedRedis server,
      RedisClient client,
      StatefulRedisConnection<String, String> connection) {
    static Server start(ServerBinary binary) throws IOException {
      Path folder = Path.of("target", "simulation", binary.name()).toAbsolutePath();
      Files.createDirectories(folder);
      EmbeddedRedis server = EmbeddedRedis.start(binary, folder, List.of("--save", ""));
      RedisClient client = RedisClient.create(server.url());
      return new Server(binary.name(), server, client, client.connect());
    }

    long nowMillis() {
      List<String> time = connection.sync().time();
      return Long.parseLong(time.get(0)) * 1000 + Long.parseLong(time.get(1)) / 1000;
    }

    /** The server's clock decides what is over. */
    void elapse(Duration time) {
      long end = nowMillis() + time.toMillis();
      await()
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(1))
          .until(() -> nowMillis() > end);
    }

    /** What has no time to live although all runs are over: the queue's own books, and no task. */
    void isTidy(Keys keys) {
      RedisCommands<String, String> redis = connection.sync();
      assertThat(redis.keys(keys.prefix() + "*"))
          .as("keys that stay")
          .filteredOn(key -> redis.ttl(key) == -1)
          .isSubsetOf(keys.prefix() + "meta", keys.prefix() + "runs");
      assertThat(redis.hmget(keys.prefix() + "meta", "depth", "parked"))
          .allMatch(value -> value.getValueOrElse("0").equals("0"));
    }

    void stop() {
      client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
      server.close();
    }
  }

  @BeforeContainer
  static void startServers() throws IOException {
    for (ServerBinary binary : Servers.all()) {
      SERVERS.add(Server.start(binary));
    }
  }

  @AfterContainer
  static void stopServers() {
    SERVERS.forEach(Server::stop);
    SERVERS.clear();
  }

  @Provide
  Arbitrary<List<QueueMove>> moves() {
    return QueueMove.sequences(60);
  }

  @Property(tries = 25)
  void I1_I2_I4_I5_I14_I15_every_server_does_what_the_reference_does(
      @ForAll("moves") List<QueueMove> moves) throws InterruptedException {
    for (Server server : SERVERS) {
      queues++;
      String name = "simulation-" + queues;
      try (QueueFixture fixture =
          new QueueFixture(
              () -> RedisWorkQueue.open(RedisSettings.of(server.server.url()).withQueueName(name)),
              server::elapse)) {
        new QueueSimulation(fixture).run(moves);
        server.isTidy(new Keys(name));
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(server.name + ": " + e.getMessage(), e);
      }
    }
  }
}
