package dev.stygian.redis;

import dev.stygian.graph.error.QueueUnavailableException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What a look at a server tells.
 *
 * @param product {@code Redis} or {@code Valkey}
 * @param evictionPolicy the policy under which tasks could be evicted; empty where none could
 * @param roundTrip of one small command on an open connection
 */
public record ServerReport(
    String product, String version, Optional<String> evictionPolicy, Duration roundTrip) {

  /** Connects, looks and disconnects; throws what any use of the queue would throw. */
  public static ServerReport of(RedisSettings settings) {
    try (RedisLink link = new RedisLink(settings, new Keys(settings.queueName()))) {
      Map<String, String> server = ServerCheck.fields(link.ask("info", s -> s.info("server")));
      Map<String, String> memory = ServerCheck.fields(link.ask("info", s -> s.info("memory")));
      long begin = System.nanoTime();
      link.ask("ping", s -> s.ping());
      Duration roundTrip = Duration.ofNanos(System.nanoTime() - begin);
      boolean valkey = server.containsKey("valkey_version");
      return new ServerReport(
          valkey ? "Valkey" : "Redis",
          server.getOrDefault(valkey ? "valkey_version" : "redis_version", "unknown"),
          ServerCheck.evictionPolicy(memory),
          roundTrip);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new QueueUnavailableException("interrupted while looking at " + settings, e);
    }
  }
}
