package dev.stygian.services.http;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.util.Optional;
import okhttp3.Authenticator;
import okhttp3.Credentials;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.Route;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP proxy and what it is told about who asks. As an authenticator it is equal to one with the
 * same credentials, so connections through the proxy are shared.
 */
record ProxyServer(String host, int port, String user, String password) implements Authenticator {
  static final String EXPECTED =
      "not a proxy's address; write http://host:port or http://user:password@host:port";

  static Optional<ProxyServer> parse(String url) {
    HttpUrl parsed = HttpUrl.parse(url);
    return parsed == null || parsed.isHttps() || parsed.encodedPath().length() > 1
        ? Optional.empty()
        : Optional.of(
            new ProxyServer(parsed.host(), parsed.port(), parsed.username(), parsed.password()));
  }

  /** Unresolved: the client's guarded lookup resolves it, the guarded socket checks the address. */
  Proxy proxy() {
    return new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(host, port));
  }

  /** Answers the proxy's challenge, once. */
  @Override
  public @Nullable Request authenticate(@Nullable Route route, Response response) {
    if (user.isEmpty() || response.request().header("Proxy-Authorization") != null) {
      return null;
    }
    return response
        .request()
        .newBuilder()
        .header("Proxy-Authorization", Credentials.basic(user, password))
        .build();
  }

  @Override
  public String toString() {
    return "proxy " + host + ":" + port;
  }
}
