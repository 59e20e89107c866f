package dev.stygian.services.discover;

import java.util.Locale;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/** How far from its start a crawl goes. The start is the page's URL after redirects. */
enum Scope {
  /**
   * The start's host: the name and the port, where http and https on their default ports are one.
   * {@code www.} is another host.
   */
  HOST,
  /**
   * The start's registrable domain and all hosts below it, on any port. The public suffix list says
   * which it is ({@code shop.example.co.uk}: {@code example.co.uk}); a host that has none (an
   * address, {@code localhost}, a public suffix such as {@code github.io}) is on its own.
   */
  DOMAIN,
  /**
   * The start's host, and there the start's path and what lies below it: {@code /docs} means {@code
   * /docs} and {@code /docs/…}. Where the path ends in a file's name ({@code /docs/index.html}),
   * its folder ({@code /docs/…}).
   */
  PREFIX;

  boolean contains(HttpUrl start, HttpUrl url) {
    return switch (this) {
      case HOST -> isSameHost(start, url);
      case DOMAIN -> {
        String domain = domain(start);
        yield domain == null ? start.host().equals(url.host()) : domain.equals(domain(url));
      }
      case PREFIX -> isSameHost(start, url) && isBelow(prefix(start), url.encodedPath());
    };
  }

  /** The same for all starts from which a crawl goes equally far, and no others. */
  String reach(HttpUrl start) {
    return switch (this) {
      case HOST -> host(start);
      case DOMAIN -> {
        String domain = domain(start);
        yield domain == null ? start.host() : domain;
      }
      case PREFIX -> host(start) + prefix(start);
    };
  }

  private static String host(HttpUrl url) {
    return hasDefaultPort(url) ? url.host() : url.host() + ":" + url.port();
  }

  private static @Nullable String domain(HttpUrl url) {
    return url.topPrivateDomain();
  }

  private static boolean isSameHost(HttpUrl start, HttpUrl url) {
    return host(start).equals(host(url));
  }

  private static boolean hasDefaultPort(HttpUrl url) {
    return url.port() == HttpUrl.defaultPort(url.scheme());
  }

  private static String prefix(HttpUrl start) {
    String path = start.encodedPath();
    String extension = extension(path);
    boolean isFile =
        extension.length() <= 5 && !extension.isEmpty() && !Character.isDigit(extension.charAt(0));
    return isFile ? path.substring(0, path.lastIndexOf('/') + 1) : path;
  }

  private static boolean isBelow(String prefix, String path) {
    return path.startsWith(prefix)
        && (prefix.endsWith("/")
            || path.length() == prefix.length()
            || path.charAt(prefix.length()) == '/');
  }

  /** What stands behind the last dot of a path's last segment, in lower case; empty if nothing. */
  static String extension(String path) {
    int dot = path.lastIndexOf('.');
    return dot < path.lastIndexOf('/') ? "" : path.substring(dot + 1).toLowerCase(Locale.ROOT);
  }
}
