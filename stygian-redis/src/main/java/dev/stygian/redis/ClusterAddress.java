package dev.stygian.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.codec.StringCodec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The node of a Cluster that holds the slot of a queue. Since a queue lies in one slot, one node
 * has all of it: so a process talks to that node alone, over as many connections as to a single
 * server, and looks for it anew when it answers no more or says {@code MOVED}. Any node can tell;
 * one that is cut off tells what was true before, so that each search begins with another. Nodes
 * that the answers name are asked as well from then on. Thread-safe.
 */
final class ClusterAddress implements ServerAddress {
  private static final Pattern MOVED = Pattern.compile("MOVED \\d+ (.*):(\\d+).*", Pattern.DOTALL);
  private static final int MOST_NODES = 1000;

  private final List<RedisURI> given;
  private final int slot;
  private final Map<String, RedisURI> nodes = new LinkedHashMap<>();

  ClusterAddress(List<RedisURI> given, Keys keys) {
    this.given = List.copyOf(given);
    this.slot = SlotHash.getSlot(keys.meta());
    given.forEach(this::remember);
  }

  @Override
  public RedisURI find(RedisClient client, Credentials credentials) {
    return ServerAddress.firstAnswer(
        "no node of the cluster that answers knows who serves slot " + slot,
        inTurn(),
        node -> ask(client, node, credentials));
  }

  /** All nodes, the one that is to be asked first in front; next time it is the last. */
  private synchronized List<RedisURI> inTurn() {
    List<RedisURI> all = new ArrayList<>(nodes.values());
    RedisURI first = all.getFirst();
    nodes.remove(name(first));
    nodes.put(name(first), first);
    return all;
  }

  private Optional<RedisURI> ask(RedisClient client, RedisURI node, Credentials credentials) {
    try (StatefulRedisConnection<String, String> asked =
        client.connect(StringCodec.UTF8, credentials.applyTo(node))) {
      return owner(node, asked.sync().clusterSlots());
    }
  }

  /**
   * Reads the rows of {@code CLUSTER SLOTS}: first slot, last slot, then the primary and its
   * replicas, each as host, port and more.
   */
  private synchronized Optional<RedisURI> owner(RedisURI asked, List<Object> rows) {
    Optional<RedisURI> owner = Optional.empty();
    nodes.keySet().removeIf(_ -> nodes.size() > MOST_NODES);
    given.forEach(this::remember);
    for (Object each : rows) {
      List<?> row = (List<?>) each;
      for (Object of : row.subList(2, row.size())) {
        List<?> node = (List<?>) of;
        remember(at(asked, node.get(0) instanceof String host ? host : "", number(node.get(1))));
      }
      if (number(row.get(0)) <= slot && slot <= number(row.get(1))) {
        List<?> primary = (List<?>) row.get(2);
        String host = primary.get(0) instanceof String named ? named : "";
        owner = Optional.of(at(asked, host, number(primary.get(1))));
      }
    }
    return owner;
  }

  /** The node that a redirection names knows better than others. */
  @Override
  public synchronized void wasTold(String error) {
    Matcher moved = MOVED.matcher(error);
    if (moved.matches() && !moved.group(1).isEmpty()) {
      RedisURI better = at(given.getFirst(), moved.group(1), Integer.parseInt(moved.group(2)));
      nodes.remove(name(better));
      Map<String, RedisURI> others = new LinkedHashMap<>(nodes);
      nodes.clear();
      remember(better);
      nodes.putAll(others);
    }
  }

  private void remember(RedisURI node) {
    nodes.putIfAbsent(name(node), node);
  }

  /** A node without a known name is at the address at which another was asked. */
  private static RedisURI at(RedisURI asked, String host, int port) {
    RedisURI node = RedisURI.builder(asked).build();
    node.setHost(host.isEmpty() || host.equals("?") ? asked.getHost() : host);
    node.setPort(port);
    return node;
  }

  private static String name(RedisURI node) {
    return node.getHost() + ":" + node.getPort();
  }

  private static int number(Object value) {
    return ((Number) value).intValue();
  }
}
