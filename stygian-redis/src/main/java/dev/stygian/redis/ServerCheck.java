package dev.stygian.redis;

import static dev.stygian.redis.Keys.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stygian.graph.error.QueueRefusedException;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether a server can carry a queue: its version, and whether it would throw tasks away. */
final class ServerCheck {
  private static final Logger LOG = LoggerFactory.getLogger(ServerCheck.class);
  private static final int OLDEST_MAJOR = 6;
  private static final int OLDEST_MINOR = 2;

  private ServerCheck() {}

  /**
   * Refuses what is too old, and a queue of another version of this program; warns of an eviction
   * policy.
   *
   * @throws QueueRefusedException where the server is older than 6.2, or the queue not ours
   */
  static void check(RedisSettings settings, Keys keys, RedisCommands<byte[], byte[]> server) {
    checkProtocol(server.hget(keys.meta(), bytes("protocol")));
    Map<String, String> info;
    try {
      info = fields(server.info("server"));
    } catch (RedisCommandExecutionException e) {
      if (String.valueOf(e.getMessage()).startsWith("NOPERM")) {
        return; // a user without the right to ask is told by the first command that fails
      }
      throw e;
    }
    String version = info.getOrDefault("redis_version", "");
    String[] parts = version.split("\\.", -1);
    if (parts.length >= 2 && isOlder(parts)) {
      throw new QueueRefusedException(
          settings + " is version " + version + "; Redis 6.2 or newer, or Valkey, is needed");
    }
    evictionPolicy(server)
        .ifPresent(policy ->
            LOG.atWarn()
                .addKeyValue("queue", settings)
                .addKeyValue("maxmemory-policy", policy)
                .log(
                    "The server may evict tasks when its memory is full; set maxmemory-policy"
                        + " to noeviction"));
  }

  /**
   * Refuses a queue of another version of this program; one that nobody wrote yet is nobody's.
   *
   * @param protocol what the queue says
   */
  static void checkProtocol(byte @Nullable [] protocol) {
    if (protocol != null) {
      OpenRuns.requireProtocol(new String(protocol, UTF_8));
    }
  }

  /** The policy under which tasks could be evicted; empty where none could, or we may not ask. */
  static Optional<String> evictionPolicy(RedisCommands<byte[], byte[]> server) {
    try {
      return evictionPolicy(fields(server.info("memory")));
    } catch (RedisCommandExecutionException _) {
      return Optional.empty();
    }
  }

  static Optional<String> evictionPolicy(Map<String, String> memory) {
    String policy = memory.getOrDefault("maxmemory_policy", "noeviction");
    boolean bounded = !memory.getOrDefault("maxmemory", "0").equals("0");
    return bounded && !policy.equals("noeviction") ? Optional.of(policy) : Optional.empty();
  }

  private static boolean isOlder(String[] version) {
    int major = Integer.parseInt(version[0]);
    int minor = Integer.parseInt(version[1]);
    return major < OLDEST_MAJOR || (major == OLDEST_MAJOR && minor < OLDEST_MINOR);
  }

  static Map<String, String> fields(Object info) {
    String text = info instanceof byte[] raw ? new String(raw, UTF_8) : String.valueOf(info);
    return text.lines()
        .filter(line -> line.indexOf(':') > 0)
        .collect(
            Collectors.toMap(
                line -> line.substring(0, line.indexOf(':')),
                line -> line.substring(line.indexOf(':') + 1).strip(),
                (a, b) -> a));
  }
}
