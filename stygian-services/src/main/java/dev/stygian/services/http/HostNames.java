package dev.stygian.services.http;

import dev.stygian.graph.service.Host;
import dev.stygian.graph.settings.HostScope;
import java.net.UnknownHostException;
import java.util.Locale;
import okhttp3.HttpUrl;

/** Names the host of a URL as a scope counts hosts. */
final class HostNames {
  private final NameLookup names;

  HostNames(NameLookup names) {
    this.names = names;
  }

  /**
   * The host. Of an address its name is the first that DNS has; where it has none, the host itself,
   * whose visits then fail as such.
   */
  Host of(HttpUrl url, HostScope scope) {
    String inUrl = withPort(url);
    return switch (scope) {
      case HOST -> new Host(inUrl);
      case DOMAIN -> {
        String domain = url.topPrivateDomain();
        yield new Host(domain == null ? inUrl : domain, inUrl);
      }
      case IP -> new Host(address(url), inUrl);
    };
  }

  private static String withPort(HttpUrl url) {
    String host = url.host().toLowerCase(Locale.ROOT);
    return url.port() == HttpUrl.defaultPort(url.scheme()) ? host : host + ":" + url.port();
  }

  private String address(HttpUrl url) {
    try {
      return names.addresses(url.host()).getFirst().getHostAddress();
    } catch (UnknownHostException | InterruptedException e) {
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      return withPort(url);
    }
  }
}
