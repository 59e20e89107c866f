package dev.stygian.services.cache;

import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import okhttp3.CacheControl;
import okhttp3.Headers;

/** Whether a response may be stored, and what of it (RFC 9111, section 3). */
public final class Storing {
  /** Statuses whose meaning for a cache is known here; a part of a page (206) is none of them. */
  private static final Set<Integer> UNDERSTOOD =
      Set.of(200, 203, 204, 300, 301, 302, 307, 308, 404, 405, 410, 414, 501);

  private static final Set<Integer> BY_DEFAULT = // RFC 9110, section 15.1
      Set.of(200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501);

  /** What belongs to the connection, what a server tells one client, and what is computed anew. */
  private static final Set<String> NOT_STORED =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authentication-info",
          "proxy-authorization",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "age",
          "set-cookie",
          "set-cookie2");

  private Storing() {}

  /**
   * Whether a cache that several share may store the response to a GET or HEAD.
   *
   * @param hasCredentials whether the request carried what only its sender knows: the response is
   *     stored where the site says that it is the same for all (section 3.5)
   */
  public static boolean mayStore(
      Headers request, boolean hasCredentials, int status, Headers response) {
    CacheControl said = CacheControl.parse(response);
    boolean isExplicit = said.maxAgeSeconds() >= 0 || said.sMaxAgeSeconds() >= 0;
    return UNDERSTOOD.contains(status)
        && !said.noStore()
        && !said.isPrivate()
        && !CacheControl.parse(request).noStore()
        && !varying(response).contains("*")
        && response.get("Content-Range") == null
        && (isHeuristic(status, said) || isExplicit || response.get("Expires") != null)
        && (!hasCredentials
            || said.isPublic()
            || said.mustRevalidate()
            || said.sMaxAgeSeconds() >= 0);
  }

  /** Whether how long a response is fresh may be guessed where it does not say. */
  static boolean isHeuristic(int status, CacheControl said) {
    return said.isPublic() || BY_DEFAULT.contains(status);
  }

  /** The names in a response's {@code Vary}, in lower case and in order. */
  public static Set<String> varying(Headers response) {
    return response.values("Vary").stream()
        .flatMap(value -> Stream.of(value.split(",")))
        .map(name -> name.strip().toLowerCase(Locale.ROOT))
        .filter(name -> !name.isEmpty())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The headers that are stored. */
  static Headers kept(Headers response) {
    Set<String> ofConnection =
        response.values("Connection").stream()
            .flatMap(value -> Stream.of(value.split(",")))
            .map(name -> name.strip().toLowerCase(Locale.ROOT))
            .collect(Collectors.toSet());
    Headers.Builder kept = new Headers.Builder();
    for (var header : response) {
      String name = header.getFirst().toLowerCase(Locale.ROOT);
      if (!NOT_STORED.contains(name) && !ofConnection.contains(name)) {
        kept.addUnsafeNonAscii(header.getFirst(), header.getSecond());
      }
    }
    return kept.build();
  }
}
