package dev.stygian.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Opens connections to a queue's server, wherever that is at the moment, and never more than the
 * settings allow: in all, of every queue that shares them. A search for the server takes one
 * connection, before the one that it is for is opened: so whoever may open one may search. A
 * connection that broke stays broken; who uses it opens another. Thread-safe.
 */
final class Connections implements AutoCloseable {
  static final Duration HANDSHAKE_TIME = Duration.ofSeconds(10);
  private static final Duration CONNECT_TIME = Duration.ofSeconds(5);

  private final Common common;
  private final ServerUrl url;
  private final ServerAddress address;
  private final AtomicInteger taken = new AtomicInteger();
  private final Set<StatefulRedisConnection<byte[], byte[]>> opened = ConcurrentHashMap.newKeySet();

  /** What queues share; closed with the last of them. */
  private static final class Common {
    private final ClientResources resources;
    private final RedisClient client;
    private final Credentials credentials;
    private final int most;
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicInteger users = new AtomicInteger(1);

    Common(RedisSettings settings, ServerUrl url) {
      RedisSecurity security = settings.security();
      this.credentials =
          new Credentials(
              url.sample().getCredentialsProvider(), url.user(), security.passwordFile());
      this.most = settings.maxConnections();
      this.resources =
          DefaultClientResources.builder().ioThreadPoolSize(2).computationThreadPoolSize(2).build();
      this.client = RedisClient.create(resources);
      client.setOptions(
          ClientOptions.builder()
              .autoReconnect(false)
              .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
              .sslOptions(tls(security))
              .socketOptions(
                  SocketOptions.builder()
                      .connectTimeout(CONNECT_TIME)
                      .keepAlive(true)
                      .tcpNoDelay(true)
                      .build())
              .build());
    }

    void leave() {
      if (users.decrementAndGet() == 0) {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        resources.shutdown(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
      }
    }
  }

  Connections(RedisSettings settings, Keys keys) {
    this.url = new ServerUrl(settings.url());
    this.address = url.address(keys); // says best what is wrong with a URL
    this.common = new Common(settings, url);
  }

  private Connections(Connections sharedWith, Keys keys) {
    this.url = sharedWith.url;
    this.common = sharedWith.common;
    this.address = url.address(keys);
    common.users.incrementAndGet();
  }

  /** Those of another queue at the same place, under the same bound. */
  Connections ofQueue(Keys keys) {
    return new Connections(this, keys);
  }

  private static SslOptions tls(RedisSecurity security) {
    SslOptions.Builder options =
        SslOptions.builder().jdkSslProvider().handshakeTimeout(HANDSHAKE_TIME);
    security.authorities().map(Path::toFile).ifPresent(options::trustManager);
    security
        .certificate()
        .ifPresent(file ->
            options.keyManager(file.toFile(), security.key().orElseThrow().toFile(), new char[0]));
    return options.build();
  }

  /** Takes one of the connections that may be open at the same time; false where none is left. */
  boolean take() {
    if (common.taken.incrementAndGet() > common.most) {
      common.taken.decrementAndGet();
      return false;
    }
    taken.incrementAndGet();
    return true;
  }

  /** Opens a connection that was taken. */
  StatefulRedisConnection<byte[], byte[]> open() {
    RedisURI server = common.credentials.applyTo(address.find(common.client, common.credentials));
    StatefulRedisConnection<byte[], byte[]> made =
        common.client.connect(ByteArrayCodec.INSTANCE, server);
    opened.removeIf(other -> !other.isOpen());
    opened.add(made);
    return made;
  }

  /** Takes note of what a server said that turned out to be the wrong one. */
  void wasTold(String error) {
    address.wasTold(error);
  }

  boolean mayChangeCredentials() {
    return common.credentials.mayChange();
  }

  @Override
  public void close() {
    opened.forEach(StatefulRedisConnection::close);
    common.taken.addAndGet(-taken.getAndSet(0));
    common.leave();
  }
}
