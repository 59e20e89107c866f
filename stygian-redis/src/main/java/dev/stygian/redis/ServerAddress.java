package dev.stygian.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import java.util.Collection;
import java.util.Optional;

/**
 * Where a queue's server is: at one place for good, or where others say at the moment. It is found
 * anew for each connection, so a failover costs no more than a reconnect.
 */
sealed interface ServerAddress permits FixedAddress, SentinelAddress, ClusterAddress {
  /**
   * Finds the server; whom this asks is left before it returns.
   *
   * @throws RedisException where nobody who was asked knows it
   */
  RedisURI find(RedisClient client, Credentials credentials);

  /** Takes note of what a server said that turned out to be the wrong one. */
  default void wasTold(String error) {}

  /** Asks one server where another is; empty where it does not know. */
  @FunctionalInterface
  interface Question {
    Optional<RedisURI> ask(RedisURI server);
  }

  /** Asks servers one after another until one knows. */
  static RedisURI firstAnswer(String failure, Collection<RedisURI> servers, Question question) {
    RedisConnectionException nobody = new RedisConnectionException(failure);
    for (RedisURI server : servers) {
      try {
        Optional<RedisURI> found = question.ask(server);
        if (found.isPresent()) {
          return found.get();
        }
      } catch (RedisException e) {
        if (nobody.getCause() == null) {
          nobody.initCause(e);
        } else {
          nobody.addSuppressed(e);
        }
      }
    }
    throw nobody;
  }
}
