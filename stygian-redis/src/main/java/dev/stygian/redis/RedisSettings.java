package dev.stygian.redis;

import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.settings.Environment;
import java.time.Duration;

/**
 * How a process uses a queue's server.
 *
 * @param url {@code redis://}, {@code redis-sentinel://} or {@code redis-cluster://}, each also as
 *     {@code rediss…} with TLS, or {@code redis-socket://}; a password may stand in it and is never
 *     shown
 * @param queueName queues of different names do not see each other
 * @param maxConnections the cap on connections of this queue object and of those that share them
 *     with it; with 3 for each queue nothing is polled
 * @param patience how long a command is retried while the server is out of reach
 * @param security the files by which this process and the server know each other
 */
public record RedisSettings(
    String url, String queueName, int maxConnections, Duration patience, RedisSecurity security) {
  public RedisSettings {
    if (maxConnections < 1) {
      throw new SettingInvalidException("REDIS_MAX_CONNECTIONS must be at least 1");
    }
    if (queueName.isEmpty() || queueName.length() > 256) {
      throw new SettingInvalidException("a queue's name has 1 to 256 characters");
    }
  }

  /** The queue {@code default}, at most 20 connections, two minutes of patience. */
  public static RedisSettings of(String url) {
    return new RedisSettings(url, "default", 20, Duration.ofMinutes(2), RedisSecurity.none());
  }

  /**
   * As {@link #of}, with {@code STYGIAN_QUEUE_NAME}, {@code REDIS_MAX_CONNECTIONS} and the files
   * that {@link RedisSecurity#withEnv} reads.
   */
  public static RedisSettings withEnv(String url, Environment environment) {
    RedisSettings defaults = of(url);
    return new RedisSettings(
        url,
        environment.value("STYGIAN_QUEUE_NAME").orElse(defaults.queueName),
        environment
            .value("REDIS_MAX_CONNECTIONS")
            .map(RedisSettings::connections)
            .orElse(defaults.maxConnections),
        defaults.patience,
        RedisSecurity.withEnv(environment));
  }

  public RedisSettings withQueueName(String name) {
    return new RedisSettings(url, name, maxConnections, patience, security);
  }

  public RedisSettings withMaxConnections(int most) {
    return new RedisSettings(url, queueName, most, patience, security);
  }

  public RedisSettings withPatience(Duration longest) {
    return new RedisSettings(url, queueName, maxConnections, longest, security);
  }

  public RedisSettings withSecurity(RedisSecurity files) {
    return new RedisSettings(url, queueName, maxConnections, patience, files);
  }

  private static int connections(String text) {
    try {
      return Integer.parseInt(text.strip());
    } catch (NumberFormatException e) {
      throw new SettingInvalidException(
          "REDIS_MAX_CONNECTIONS is \"" + text + "\"; write a whole number from 1 on", e);
    }
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "queue " + queueName + " at " + new ServerUrl(url);
  }
}
