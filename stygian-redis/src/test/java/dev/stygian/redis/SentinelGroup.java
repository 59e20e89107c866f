package dev.stygian.redis;

import static org.awaitility.Awaitility.await;

import dev.stygian.redis.embedded.EmbeddedRedis;
import dev.stygian.redis.embedded.ServerBinary;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.sentinel.api.StatefulRedisSentinelConnection;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A real primary with a replica, and three sentinels that watch them. */
final class SentinelGroup implements AutoCloseable {
  static final String PRIMARY = "main";
  private static final Duration START = Duration.ofSeconds(20);

  private final RedisClient administrator = RedisClient.create();
  private final List<EmbeddedRedis> servers = new ArrayList<>();
  private final List<Integer> ports = new ArrayList<>();
  private final List<Process> sentinels = new ArrayList<>();

  private SentinelGroup() {}

  static SentinelGroup start(ServerBinary binary, Path folder) {
    SentinelGroup group = new SentinelGroup();
    try {
      group.startServers(binary, folder);
      for (int i = 0; i < 3; i++) {
        group.startSentinel(binary, Files.createDirectories(folder.resolve("sentinel" + i)));
      }
      for (int port : group.ports) {
        await().atMost(START).until(() -> group.knowsTheOthers(port));
      }
      return group;
    } catch (IOException | RuntimeException e) {
      group.close();
      throw new IllegalStateException(e);
    }
  }

  private void startServers(ServerBinary binary, Path folder) {
    List<String> options = List.of("--save", "", "--repl-diskless-sync-delay", "0");
    servers.add(EmbeddedRedis.start(binary, folder.resolve("primary"), options));
    servers.add(EmbeddedRedis.start(binary, folder.resolve("replica"), options));
    ask(1, redis -> redis.replicaof("127.0.0.1", primary().port()));
    await()
        .atMost(START)
        .until(() -> ask(1, redis -> redis.info("replication")).contains("link_status:up"));
  }

  private void startSentinel(ServerBinary binary, Path folder) throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    Path config = folder.resolve("sentinel.conf");
    Files.writeString(
        config,
        """
        port %d
        bind 127.0.0.1
        dir %s
        sentinel monitor %s 127.0.0.1 %d 2
        sentinel down-after-milliseconds %s 500
        sentinel failover-timeout %s 3000
        """
            .formatted(port, folder, PRIMARY, primary().port(), PRIMARY, PRIMARY));
    sentinels.add(
        new ProcessBuilder(binary.path().toString(), config.toString(), "--sentinel")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("sentinel.log").toFile())
            .start());
    ports.add(port);
  }

  private boolean knowsTheOthers(int port) {
    try (StatefulRedisSentinelConnection<String, String> sentinel =
        administrator.connectSentinel(
            StringCodec.UTF8, RedisURI.create("redis://127.0.0.1:" + port))) {
      var known = sentinel.sync().master(PRIMARY);
      return "2".equals(known.get("num-other-sentinels")) && "1".equals(known.get("num-slaves"));
    } catch (RedisConnectionException e) {
      return false; // not up yet
    }
  }

  /** All sentinels, as a queue's URL names them. */
  String url() {
    return ports.stream()
        .map(port -> "127.0.0.1:" + port)
        .collect(Collectors.joining(",", "redis-sentinel://", "/?sentinelMasterId=" + PRIMARY));
  }

  /** The primary of the beginning. */
  EmbeddedRedis primary() {
    return servers.getFirst();
  }

  EmbeddedRedis replica() {
    return servers.get(1);
  }

  /** Kills a sentinel; two are enough. */
  void killSentinel() {
    sentinels.getFirst().destroyForcibly();
  }

  /**
   * Has the replica promoted while the primary lives on, which is then made a replica: by hand,
   * since the sentinels take some ten seconds for that.
   */
  void failOver() {
    try (StatefulRedisSentinelConnection<String, String> sentinel =
        administrator.connectSentinel(
            StringCodec.UTF8, RedisURI.create("redis://127.0.0.1:" + ports.getLast()))) {
      sentinel.sync().failover(PRIMARY);
      await()
          .atMost(START)
          .until(() ->
              sentinel.sync().getMasterAddrByName(PRIMARY) instanceof InetSocketAddress at
                  && at.getPort() == replica().port());
    }
    ask(0, redis -> redis.replicaof("127.0.0.1", replica().port()));
  }

  /** How many connections of this name the servers and the sentinels have together. */
  long connections(String name) {
    List<String> urls = new ArrayList<>(servers.stream().map(EmbeddedRedis::url).toList());
    ports.forEach(port -> urls.add("redis://127.0.0.1:" + port));
    long all = 0;
    for (String url : urls) {
      try (StatefulRedisSentinelConnection<String, String> asked =
          administrator.connectSentinel(StringCodec.UTF8, RedisURI.create(url))) {
        all += asked.sync().clientList().lines().filter(l -> l.contains(" name=" + name)).count();
      }
    }
    return all;
  }

  /** Asks the first or the second server. */
  <T> T ask(int server, Function<RedisCommands<String, String>, T> question) {
    try (StatefulRedisConnection<String, String> connection =
        administrator.connect(StringCodec.UTF8, RedisURI.create(servers.get(server).url()))) {
      return question.apply(connection.sync());
    }
  }

  @Override
  public void close() {
    administrator.shutdown(Duration.ZERO, Duration.ofSeconds(1));
    sentinels.forEach(Process::destroy);
    servers.forEach(EmbeddedRedis::close);
  }
}
