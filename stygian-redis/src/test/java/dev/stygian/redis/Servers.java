package dev.stygian.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.redis.embedded.EmbeddedRedis;
import dev.stygian.redis.embedded.ServerBinary;
import io.lettuce.core.KillArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * The servers that tests run on: the carried Redis 6.2 always, what else is installed as well. The
 * system property {@code stygian.servers.required} names those that must take part.
 */
final class Servers {
  private Servers() {}

  static List<ServerBinary> all() {
    List<ServerBinary> found = new ArrayList<>(List.of(ServerBinary.carried()));
    ServerBinary.onPath("redis-server")
        .ifPresent(b -> found.add(new ServerBinary("redis-7", b.path())));
    ServerBinary.onPath("valkey-server")
        .ifPresent(b -> found.add(new ServerBinary("valkey-8", b.path())));
    assertThat(found.stream().map(ServerBinary::name)).containsAll(required());
    return found;
  }

  static boolean hasRedis7() {
    return has("redis-7");
  }

  static boolean hasValkey8() {
    return has("valkey-8");
  }

  private static boolean has(String name) {
    return all().stream().anyMatch(b -> b.name().equals(name));
  }

  static ServerBinary named(String name) {
    return all().stream().filter(b -> b.name().equals(name)).findFirst().orElseThrow();
  }

  /** Asks a server what no queue asks. */
  static <T> T ask(EmbeddedRedis server, Function<RedisCommands<String, String>, T> question) {
    RedisClient client = RedisClient.create(server.url());
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      return question.apply(connection.sync());
    } finally {
      client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
    }
  }

  /** Breaks all connections of this name, as a firewall or an administrator may. */
  static long kill(RedisCommands<String, String> redis, String name) {
    return redis
        .clientList()
        .lines()
        .filter(line -> line.contains(" name=" + name + " "))
        .map(line -> line.replaceFirst("id=(\\d+) .*", "$1"))
        .mapToLong(id -> redis.clientKill(KillArgs.Builder.id(Long.parseLong(id))))
        .sum();
  }

  private static List<String> required() {
    return Arrays.stream(System.getProperty("stygian.servers.required", "").split(",", -1))
        .filter(name -> !name.isBlank())
        .toList();
  }

  /** A port that nobody listens at now. */
  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
