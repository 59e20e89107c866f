package dev.stygian.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stygian.redis.embedded.EmbeddedRedis;
import dev.stygian.redis.embedded.ServerBinary;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.sentinel.api.StatefulRedisSentinelConnection;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
  private final List<Integer> tlsPorts = new ArrayList<>();

  /** By which servers and sentinels speak TLS to all; none: they do not. */
  private final Optional<TestCertificates> signed;

  private SentinelGroup(Optional<TestCertificates> signed) {
    this.signed = signed;
  }

  static SentinelGroup start(ServerBinary binary, Path folder) {
    return new SentinelGroup(Optional.empty()).started(binary, folder);
  }

  /** They speak TLS with the certificate {@code server}; to this class also without. */
  static SentinelGroup startWithTls(ServerBinary binary, Path folder, TestCertificates signed) {
    return new SentinelGroup(Optional.of(signed)).started(binary, folder);
  }

  private SentinelGroup started(ServerBinary binary, Path folder) {
    try {
      startServers(binary, folder);
      for (int i = 0; i < 3; i++) {
        startSentinel(binary, Files.createDirectories(folder.resolve("sentinel" + i)));
      }
      for (int port : ports) {
        await().atMost(START).until(() -> knowsTheOthers(port));
      }
      return this;
    } catch (IOException | RuntimeException e) {
      close();
      throw new IllegalStateException(e);
    }
  }

  private void startServers(ServerBinary binary, Path folder) {
    for (String name : List.of("primary", "replica")) {
      List<String> options =
          new ArrayList<>(List.of("--save", "", "--repl-diskless-sync-delay", "0"));
      options.addAll(tlsOptions());
      servers.add(EmbeddedRedis.start(binary, folder.resolve(name), options));
    }
    ask(1, redis -> redis.replicaof("127.0.0.1", replicatedPort(0)));
    await()
        .atMost(START)
        .until(() -> ask(1, redis -> redis.info("replication")).contains("link_status:up"));
  }

  private List<String> tlsOptions() {
    return signed
        .map(by -> {
          tlsPorts.add(Servers.freePort());
          return by.serverOptions("server", tlsPorts.getLast());
        })
        .orElse(List.of());
  }

  private int replicatedPort(int server) {
    return signed.isEmpty() ? servers.get(server).port() : tlsPorts.get(server);
  }

  private void startSentinel(ServerBinary binary, Path folder) throws IOException {
    int port = Servers.freePort();
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
            .formatted(port, folder, PRIMARY, replicatedPort(0), PRIMARY, PRIMARY));
    List<String> command =
        new ArrayList<>(List.of(binary.path().toString(), config.toString(), "--sentinel"));
    command.addAll(tlsOptions());
    sentinels.add(
        new ProcessBuilder(command)
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

  /** Likewise, by the ports at which they speak TLS. */
  String tlsUrl(String user) {
    return tlsPorts.stream()
        .skip(servers.size())
        .map(port -> "127.0.0.1:" + port)
        .collect(
            Collectors.joining(
                ",", "rediss-sentinel://" + user + "@", "/?sentinelMasterId=" + PRIMARY));
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
      await() // a sentinel that has not heard of the replica lately finds none to promote
          .atMost(START)
          .ignoreExceptionsInstanceOf(RedisCommandExecutionException.class)
          .untilAsserted(() -> assertThat(sentinel.sync().failover(PRIMARY)).isEqualTo("OK"));
      await()
          .atMost(START)
          .until(() ->
              sentinel.sync().getMasterAddrByName(PRIMARY) instanceof InetSocketAddress at
                  && at.getPort() == replicatedPort(1));
    }
    ask(0, redis -> redis.replicaof("127.0.0.1", replicatedPort(1)));
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
