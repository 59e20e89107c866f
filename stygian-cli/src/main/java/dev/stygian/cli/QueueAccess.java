package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import dev.stygian.graph.error.QueueUnavailableException;
import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.queue.BlobQueue;
import dev.stygian.graph.queue.RunLedger;
import dev.stygian.graph.queue.WorkQueue;
import dev.stygian.graph.settings.Config;
import dev.stygian.graph.settings.ConfigSchema;
import dev.stygian.redis.RedisSettings;
import dev.stygian.redis.RedisWorkQueue;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * A shared queue that a command has opened, and the private server below it where there is one.
 * Closing it closes both.
 */
final class QueueAccess implements AutoCloseable {
  static final String EMBEDDED = "embedded";

  private final RedisWorkQueue redis;
  private final Blobs blobs;
  private final Optional<BlobQueue> withBlobs;
  private final String url;
  private final @Nullable EmbeddedServer server;

  private QueueAccess(
      RedisWorkQueue redis, Blobs blobs, String url, @Nullable EmbeddedServer server) {
    this.redis = redis;
    this.blobs = blobs;
    this.withBlobs = blobs.over(redis);
    this.url = url;
    this.server = server;
  }

  /** The queue that the options, else {@code REDIS_URL}, name, for who reads no bodies. */
  static QueueAccess open(Console console, QueueOptions options) throws InterruptedException {
    return open(console, options, Blobs.none());
  }

  /** The queue that the options, else {@code REDIS_URL}, name. */
  static QueueAccess open(Console console, QueueOptions options, Blobs blobs)
      throws InterruptedException {
    ExecutionChoices choices =
        ExecutionChoices.of(
            new ExecutionChoices.Given(options.url, options.name, null), console.environment());
    return open(console, choices, blobs);
  }

  /** The queue of these settings, if somebody answers there. */
  static QueueAccess open(Console console, ExecutionChoices choices, Blobs blobs)
      throws InterruptedException {
    QueueAccess access = openPatiently(console, choices, blobs);
    try {
      Reachability.require(access.url);
      return access;
    } catch (QueueUnavailableException | InterruptedException e) {
      access.close();
      throw e;
    }
  }

  /** Likewise, but whoever has time waits for a server that is not there yet. */
  static QueueAccess openPatiently(Console console, ExecutionChoices choices, Blobs blobs) {
    String given =
        choices
            .queue()
            .map(Setting::value)
            .orElseThrow(() ->
                new SettingInvalidException(
                    "no queue is named; add --queue redis://HOST:PORT (or --queue embedded), or set"
                        + " REDIS_URL"));
    String url =
        Config.of(
                ConfigSchema.empty(), JsonNodeFactory.instance.objectNode(), console.environment())
            .resolve(given);
    Reachability.requireAddress(url);
    EmbeddedServer server =
        url.equals(EMBEDDED) ? EmbeddedServer.open(console.path(".stygian")) : null;
    String address = server == null ? url : server.url();
    try {
      RedisSettings settings =
          RedisSettings.withEnv(address, console.environment())
              .withQueueName(choices.queueName().value());
      return new QueueAccess(RedisWorkQueue.open(settings), blobs, address, server);
    } catch (RuntimeException e) {
      if (server != null) {
        server.close();
      }
      throw e;
    }
  }

  /** Another queue of the same server, over the same connections. */
  QueueAccess another(String queueName) {
    return new QueueAccess(redis.another(queueName), blobs, url, null);
  }

  /**
   * The same, after a look whether a blob can be put into the store, where one is named.
   *
   * @throws dev.stygian.graph.error.BlobUnavailableException where it cannot
   */
  QueueAccess checked() {
    try {
      withBlobs.ifPresent(BlobQueue::check);
      return this;
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  WorkQueue queue() {
    return withBlobs.<WorkQueue>map(queue -> queue).orElse(redis);
  }

  /** The queue whose blobs are to be swept, where there are any. */
  Optional<BlobQueue> withBlobs() {
    return withBlobs;
  }

  RunLedger ledger() {
    return queue().ledger();
  }

  /** Where the server listens; may hold a password. */
  String url() {
    return url;
  }

  @Override
  public void close() {
    queue().close();
    if (server != null) {
      server.close();
    }
  }
}
