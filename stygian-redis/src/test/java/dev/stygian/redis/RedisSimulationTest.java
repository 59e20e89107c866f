package dev.stygian.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stygian.graph.queue.LongSimulation;
import dev.stygian.graph.queue.QueueFixture;
import dev.stygian.graph.queue.QueueMove;
import dev.stygian.graph.queue.QueueMoves;
import dev.stygian.graph.queue.QueueSimulation;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunLedger;
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
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Random moves on the servers that are there, each sequence on one of them. A failure names its
 * server, its seed and the shortest moves to it.
 */
final class RedisSimulationTest {
  private static final List<Server> SERVERS = new ArrayList<>();
  private static final int KEEPS_NOTHING = 0;
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

  /** What a queue does when its memory is full, and what a check of its keys comes to. */
  private record Backstage(Keys keys, RedisLink link, RedisSettings settings)
      implements QueueSimulation.Backstage, AutoCloseable {
    Backstage(RedisSettings settings) {
      Keys keys = new Keys(settings.queueName());
      this(keys, new RedisLink(settings, keys), settings);
    }

    @Override
    public void trim(RunId run, String reader, RunLedger.Delivery delivery)
        throws InterruptedException {
      long number = new OpenRuns(link, keys, new SoleRuns(link, new Names())).known(run).number();
      List<byte[]> arguments =
          Stream.of(number, reader, delivery.position(), delivery.bytes(), KEEPS_NOTHING)
              .map(argument -> Keys.bytes(argument.toString()))
              .toList();
      assertThat(link.word(LuaScript.DELIVER, arguments)).isEqualTo("ok");
    }

    @Override
    public void isSound() {
      Checkup.Report report = Checkup.of(settings, false);
      assertThat(report.violations()).isEmpty();
      assertThat(report.notes()).isEmpty();
    }

    @Override
    public void close() {
      link.close();
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
    return QueueMoves.sequences(110);
  }

  @Provide
  Arbitrary<String> servers() {
    return Arbitraries.of(SERVERS.stream().map(Server::name).toList());
  }

  @AddLifecycleHook(LongSimulation.class)
  @Property(tries = 20, edgeCases = EdgeCasesMode.NONE)
  void I1_I2_I4_I5_I14_I15_every_server_does_what_the_reference_does(
      @ForAll("servers") String name, @ForAll("moves") List<QueueMove> moves)
      throws InterruptedException {
    Server server = SERVERS.stream().filter(s -> s.name.equals(name)).findFirst().orElseThrow();
    queues++;
    RedisSettings settings =
        RedisSettings.of(server.server.url()).withQueueName("simulation-" + queues);
    try (QueueFixture fixture =
            new QueueFixture(() -> RedisWorkQueue.open(settings), server::elapse);
        Backstage backstage = new Backstage(settings)) {
      new QueueSimulation(fixture, backstage).run(moves);
    }
    server.isTidy(new Keys(settings.queueName()));
  }
}
