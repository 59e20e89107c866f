package dev.stygian.services.http;

import java.net.Proxy;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * The process's HTTP client, built when first needed: one pool of connections, one TLS context.
 * Calls derive theirs from it, which shares all that.
 *
 * <p>A client remembers every address that could not be reached until it can be, without a bound;
 * on a crawl with many dead hosts that would never stop growing. So after a number of failures a
 * new one takes its place; the pool stays.
 */
final class SharedClient implements AutoCloseable {
  static final int MAX_FAILURES = 10_000;
  private static final int IDLE_CONNECTIONS = 128;
  private static final long IDLE_SECONDS = 60;

  private final UnaryOperator<OkHttpClient.Builder> adjusted;
  private final NameLookup names;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Parts parts;
  private int failures;
  private boolean closed;

  private record Parts(EgressGuard guard, ConnectionPool pool, OkHttpClient base) {}

  SharedClient(NameLookup names, UnaryOperator<OkHttpClient.Builder> adjusted) {
    this.names = names;
    this.adjusted = adjusted;
  }

  /** A client for one call. */
  OkHttpClient forCall(HttpSettings settings) {
    Parts now = parts();
    Duration connect =
        settings.connectTimeout().compareTo(settings.timeout()) < 0
            ? settings.connectTimeout()
            : settings.timeout();
    OkHttpClient.Builder client = now.base().newBuilder().connectTimeout(connect);
    settings
        .proxy()
        .ifPresent(p ->
            client
                .proxy(p.proxy())
                .proxyAuthenticator(p)
                .addInterceptor(chain -> {
                  EgressGuard.checkLiteral(settings.rule(), chain.request().url());
                  return chain.proceed(chain.request());
                }));
    return now.guard().guard(client, settings.rule(), connect).build();
  }

  /** Counts a call that broke off or was not sent. */
  void failed() {
    lock.lock();
    try {
      Parts now = parts;
      if (++failures >= MAX_FAILURES && now != null) {
        failures = 0;
        parts = new Parts(now.guard(), now.pool(), base(now.pool()));
      }
    } finally {
      lock.unlock();
    }
  }

  private Parts parts() {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the service http is closed");
      }
      Parts now = parts;
      if (now == null) {
        ConnectionPool pool = new ConnectionPool(IDLE_CONNECTIONS, IDLE_SECONDS, TimeUnit.SECONDS);
        now = new Parts(new EgressGuard(names), pool, base(pool));
        parts = now;
      }
      return now;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Without cookies, cache, redirects or a proxy from system properties; the call's timeout rules.
   */
  private OkHttpClient base(ConnectionPool pool) {
    OkHttpClient.Builder client =
        new OkHttpClient.Builder()
            .connectionPool(pool)
            .followRedirects(false)
            .followSslRedirects(false)
            .readTimeout(Duration.ZERO)
            .writeTimeout(Duration.ZERO)
            .proxy(Proxy.NO_PROXY);
    return adjusted.apply(client).build();
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      Parts now = parts;
      parts = null;
      if (now != null) {
        now.guard().close();
        now.pool().evictAll();
      }
    } finally {
      lock.unlock();
    }
  }
}
