package dev.stygian.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;

/** A server that stays where it is, or whose name follows it. */
record FixedAddress(RedisURI server) implements ServerAddress {
  @Override
  public RedisURI find(RedisClient client, Credentials credentials) {
    return server;
  }
}
