package dev.stygian.services.http;

import dev.stygian.graph.service.EgressRule;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;

/**
 * Makes an OkHttp client keep to an egress rule: every connection that it opens is checked on the
 * address that is dialled, each name is resolved once for a connection, and a pooled connection is
 * taken up again only under an equal rule (OkHttp compares the {@code Dns} of connections before it
 * shares them, and the guard's carries the rule). Thread-safe; close it when no call is under way.
 */
public final class EgressGuard implements AutoCloseable {
  private final LookupThreads lookups;

  public EgressGuard() {
    this(NameLookup.ofSystem());
  }

  EgressGuard(NameLookup names) {
    lookups = new LookupThreads(names);
  }

  /**
   * Puts a client that is being built under {@code rule}. A later {@code dns} or {@code
   * socketFactory} on the builder would lift the guard.
   *
   * @param lookupTimeout how long resolving a name may take
   */
  public OkHttpClient.Builder guard(
      OkHttpClient.Builder client, EgressRule rule, Duration lookupTimeout) {
    return client
        .dns(new GuardedDns(rule, lookups, lookupTimeout))
        .socketFactory(new GuardedSockets(rule));
  }

  /**
   * Checks a URL whose host is an address or {@code localhost}, for requests that a proxy will
   * dial. Other names pass: the proxy resolves them.
   */
  static void checkLiteral(EgressRule rule, HttpUrl url) throws IOException {
    String host = url.host();
    try {
      InetAddress address =
          host.equals("localhost") || host.endsWith(".localhost")
              ? InetAddress.getLoopbackAddress()
              : host.indexOf(':') < 0
                  // what inet_aton reads, octal and hexadecimal too: proxies use it
                  ? Inet4Address.ofPosixLiteral(host)
                  : InetAddress.ofLiteral(host);
      GuardedSockets.check(rule, host, address, url.port());
    } catch (IllegalArgumentException name) {
      // resolved and judged where it is dialled
    }
  }

  @Override
  public void close() {
    lookups.close();
  }
}
