package dev.stygian.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stygian.redis.embedded.EmbeddedRedis;
import dev.stygian.redis.embedded.ServerBinary;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code REDIS_MAX_CONNECTIONS} as the server counts, while a worker is busy. */
final class ConnectionCapTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final int ITEMS = 2_000;

  @TempDir private Path folder;
  private EmbeddedRedis server;
  private EmbeddedRedis replica;
  private RedisClient client;
  private StatefulRedisConnection<String, String> connection;

  @BeforeEach
  void startServers() {
    server = EmbeddedRedis.start(folder.resolve("primary"));
    replica =
        EmbeddedRedis.start(
            ServerBinary.best(),
            folder.resolve("replica"),
            List.of("--replicaof", "127.0.0.1 " + server.port()));
    client = RedisClient.create(server.url());
    connection = client.connect();
    await()
        .atMost(LONG)
        .until(() -> connection.sync().info("replication").contains("state=online"));
  }

  @AfterEach
  void stopServers() {
    client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
    replica.close();
    server.close();
  }

  private long connections() {
    RedisCommands<String, String> redis = connection.sync();
    return redis.clientList().lines().filter(line -> line.contains(" name=counted ")).count();
  }

  @ParameterizedTest
  @CsvSource({"1, server", "2, server", "1, replicated", "2, replicated", "3, replicated"})
  void aBusyWorkerHasNoMoreConnectionsThanItsEnvironmentAllows(int cap, String durability)
      throws Exception {
    Cli cli = Cli.in(folder).with("REDIS_URL", server.url());
    cli.write(
        "plain.toml", "[execution]\ndurability = \"" + durability + "\"\n" + Pipelines.NOOP_NODE);
    cli.write("urls.txt", Pipelines.urls(ITEMS));
    cli.run("submit", "plain.toml", "--input", "urls.txt", "--id", "r").withCode(ExitCode.OK);
    Map<String, String> environment = Map.of("REDIS_MAX_CONNECTIONS", String.valueOf(cap));
    long most = 0;
    try (Program worker =
            Program.start(
                folder, environment, "worker", "--queue", server.url() + "?clientName=counted");
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Cli.Ended> over = threads.submit(() -> cli.run("await", "r"));
      while (!over.isDone()) {
        most = Math.max(most, connections());
      }
      over.get().withCode(ExitCode.OK);
      assertThat(worker.isAlive()).isTrue();
    }
    assertThat(cli.run("status", "r", "--json").json().get("done").asInt()).isEqualTo(ITEMS);
    assertThat(most).isBetween(1L, (long) cap);
  }
}
