package dev.stygian.redis;

import static org.awaitility.Awaitility.await;

import dev.stygian.redis.embedded.EmbeddedRedis;
import dev.stygian.redis.embedded.ServerBinary;
import io.lettuce.core.KillArgs;
import io.lettuce.core.MigrateArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A real cluster of three primaries that share the slots evenly, and replicas of the first. */
final class RedisCluster implements AutoCloseable {
  private static final int PRIMARIES = 3;
  private static final Pattern OFFSET = Pattern.compile("master_repl_offset:(\\d+)");
  private static final Duration START = Duration.ofSeconds(20);

  private final List<EmbeddedRedis> nodes = new ArrayList<>();

  /** Where the nodes speak TLS, to each other too; none: nowhere. */
  private final List<Integer> tlsPorts = new ArrayList<>();

  private final RedisClient administrator = RedisClient.create();

  private RedisCluster() {}

  static RedisCluster start(ServerBinary binary, Path folder, int replicas, String... options) {
    return start(binary, folder, PRIMARIES + replicas, _ -> List.of(options));
  }

  /**
   * Three primaries that speak TLS with the certificate {@code server}, and without on loopback.
   */
  static RedisCluster startWithTls(ServerBinary binary, Path folder, TestCertificates signed) {
    return start(
        binary,
        folder,
        PRIMARIES,
        cluster -> {
          cluster.tlsPorts.add(Servers.freePort());
          List<String> options = new ArrayList<>(List.of("--tls-cluster", "yes"));
          options.addAll(signed.serverOptions("server", cluster.tlsPorts.getLast()));
          return options;
        });
  }

  private static RedisCluster start(
      ServerBinary binary, Path folder, int size, Function<RedisCluster, List<String>> options) {
    RedisCluster cluster = new RedisCluster();
    try {
      for (int i = 0; i < size; i++) {
        List<String> ofNode = options(options.apply(cluster));
        cluster.nodes.add(EmbeddedRedis.start(binary, folder.resolve("node" + i), ofNode));
      }
      cluster.join();
      return cluster;
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  private static List<String> options(List<String> more) {
    List<String> all =
        new ArrayList<>(
            List.of("--cluster-enabled", "yes", "--cluster-node-timeout", "500", "--save", ""));
    // by default its port and ten thousand, which no port may be
    all.addAll(List.of("--cluster-port", String.valueOf(Servers.freePort())));
    all.addAll(List.of("--repl-diskless-sync-delay", "0"));
    all.addAll(more);
    return all;
  }

  private void join() {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      int node = i;
      ids.add(ask(i, RedisCommands::clusterMyId));
      ask(i, redis -> redis.clusterSetConfigEpoch(node + 1));
      if (i < PRIMARIES) {
        int from = SlotHash.SLOT_COUNT * i / PRIMARIES;
        int to = SlotHash.SLOT_COUNT * (i + 1) / PRIMARIES;
        ask(i, redis -> redis.clusterAddSlots(IntStream.range(from, to).toArray()));
      }
    }
    String bus = busPort(0);
    int port = tlsPorts.isEmpty() ? nodes.getFirst().port() : tlsPorts.getFirst();
    for (int i = 1; i < nodes.size(); i++) {
      ask(i, redis -> meet(redis, port, bus));
    }
    for (int i = 0; i < nodes.size(); i++) {
      int node = i;
      await().atMost(START).until(() -> ask(node, this::knowsAll));
      if (i >= PRIMARIES) {
        ask(i, redis -> redis.clusterReplicate(ids.getFirst()));
      }
    }
    for (int i = 0; i < nodes.size(); i++) {
      int node = i;
      await()
          .atMost(START)
          .until(() -> ask(node, RedisCommands::clusterInfo).contains("cluster_state:ok"));
    }
    for (int i = PRIMARIES; i < nodes.size(); i++) {
      int replica = i;
      await()
          .atMost(START)
          .until(() ->
              ask(replica, redis -> redis.info("replication")).contains("master_link_status:up"));
    }
  }

  private boolean knowsAll(RedisCommands<String, String> redis) {
    return redis.clusterInfo().contains("cluster_known_nodes:" + nodes.size());
  }

  private String busPort(int node) {
    String line = ask(node, RedisCommands::clusterNodes).lines().findFirst().orElseThrow();
    return line.replaceFirst("[^@]*@(\\d+).*", "$1");
  }

  private static String meet(RedisCommands<String, String> redis, int port, String bus) {
    return redis.dispatch(
        CommandType.CLUSTER,
        new StatusOutput<>(StringCodec.UTF8),
        new CommandArgs<>(StringCodec.UTF8).add("MEET").add("127.0.0.1").add(port).add(bus));
  }

  /** All nodes, as a queue's URL names them. */
  String url() {
    return nodes.stream()
        .map(node -> "127.0.0.1:" + node.port())
        .collect(Collectors.joining(",", "redis-cluster://", ""));
  }

  /** One node by the port at which it speaks TLS; it knows the others. */
  String tlsUrl(String user) {
    return "rediss-cluster://" + user + "@127.0.0.1:" + tlsPorts.getFirst();
  }

  EmbeddedRedis node(int i) {
    return nodes.get(i);
  }

  List<EmbeddedRedis> nodes() {
    return nodes;
  }

  <T> T ask(int node, Function<RedisCommands<String, String>, T> question) {
    RedisURI uri = RedisURI.create(nodes.get(node).url());
    try (StatefulRedisConnection<String, String> connection =
        administrator.connect(StringCodec.UTF8, uri)) {
      return question.apply(connection.sync());
    }
  }

  /** A name of a queue whose slot the primary of this number serves at the beginning. */
  static String queueAt(int primary) {
    return IntStream.iterate(0, i -> i + 1)
        .mapToObj(i -> "queue" + i)
        .filter(name -> slot(name) * PRIMARIES / SlotHash.SLOT_COUNT == primary)
        .findFirst()
        .orElseThrow();
  }

  static int slot(String queueName) {
    return SlotHash.getSlot(new Keys(queueName).meta());
  }

  @Override
  public void close() {
    administrator.shutdown(Duration.ZERO, Duration.ofSeconds(1));
    nodes.forEach(EmbeddedRedis::close);
  }

  /** Moves a slot with all of its keys to another primary, as an administrator does. */
  void move(int slot, int from, int to) {
    String source = ask(from, RedisCommands::clusterMyId);
    String target = ask(to, RedisCommands::clusterMyId);
    ask(to, redis -> redis.clusterSetSlotImporting(slot, source));
    ask(from, redis -> redis.clusterSetSlotMigrating(slot, target));
    List<String> keys = ask(from, redis -> redis.clusterGetKeysInSlot(slot, 1));
    while (!keys.isEmpty()) {
      List<String> next = keys;
      ask(
          from,
          redis ->
              redis.migrate(
                  "127.0.0.1", nodes.get(to).port(), 0, 5000, MigrateArgs.Builder.keys(next)));
      keys = ask(from, redis -> redis.clusterGetKeysInSlot(slot, 1));
    }
    for (int node : List.of(to, from)) {
      ask(node, redis -> redis.clusterSetSlotNode(slot, target));
    }
  }

  /** From now on replicas take over when they are told to, not where a primary was slow. */
  void failOverByHandOnly() {
    for (int replica = PRIMARIES; replica < nodes.size(); replica++) {
      ask(replica, redis -> redis.configSet("cluster-replica-no-failover", "yes"));
    }
  }

  /** A replica of the first primary gets nothing more of what that accepts, though both live. */
  void cutOffReplica() {
    ask(0, RedisCluster::refuseReplicas);
    ask(0, redis -> redis.clientKill(KillArgs.Builder.typeSlave()));
    await()
        .atMost(START)
        .until(() -> ask(0, redis -> redis.info("replication")).contains("connected_slaves:0"));
  }

  private static String refuseReplicas(RedisCommands<String, String> redis) {
    return redis.dispatch(
        CommandType.ACL,
        new StatusOutput<>(StringCodec.UTF8),
        new CommandArgs<>(StringCodec.UTF8)
            .add("SETUSER")
            .add("default")
            .add("-psync")
            .add("-sync"));
  }

  /** Returns once the replica of the first primary has all that was written before. */
  void awaitReplica() {
    await().atMost(START).until(() -> offset(0) == offset(PRIMARIES));
  }

  private long offset(int node) {
    Matcher offset = OFFSET.matcher(ask(node, redis -> redis.info("replication")));
    return offset.find() ? Long.parseLong(offset.group(1)) : -1;
  }

  /** Kills the first primary and has its replica take its place, with what that has. */
  void failOver() {
    nodes.getFirst().kill();
    ask(PRIMARIES, redis -> redis.clusterFailover(true, true));
    await()
        .atMost(START)
        .until(() -> ask(PRIMARIES, redis -> redis.info("replication")).contains("role:master"));
  }

  /** How many connections of this name all nodes have together. */
  long connections(String name) {
    return IntStream.range(0, nodes.size())
        .mapToObj(node -> ask(node, RedisCommands::clientList))
        .flatMap(String::lines)
        .filter(line -> line.contains(" name=" + name + " "))
        .count();
  }
}
