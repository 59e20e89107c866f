package dev.stygian.services.robots;

import okhttp3.HttpUrl;

/**
 * Paths and patterns of robots.txt in the one form in which they are compared (RFC 9309, 2.2.2).
 */
final class RobotsPath {
  private static final String RESERVED = ":/?#[]@!&()+,;=";

  private RobotsPath() {}

  /** A URL's path and query. Stars and dollars in it are none of a pattern's. */
  static String of(HttpUrl url) {
    String query = url.encodedQuery();
    String path = url.encodedPath();
    return PercentCoding.normal(query == null ? path : path + "?" + query, c -> !stays(c));
  }

  /** A pattern, where a star means any characters and a dollar means something at the end only. */
  static String ofPattern(String pattern) {
    boolean whole = pattern.endsWith("$");
    String start = whole ? pattern.substring(0, pattern.length() - 1) : pattern;
    String normal = PercentCoding.normal(start, c -> !stays(c) && c != '*');
    return whole ? normal + "$" : normal;
  }

  private static boolean stays(int c) {
    return PercentCoding.isUnreserved(c) || RESERVED.indexOf(c) >= 0;
  }

  /**
   * Whether a path begins with what a pattern says, or is all of it where the pattern ends in a
   * {@code $}. Each piece between stars is looked for where it stands first, the last one of a
   * whole path at its end.
   */
  static boolean matches(String pattern, String path) {
    boolean whole = pattern.endsWith("$");
    int end = whole ? pattern.length() - 1 : pattern.length();
    int star = pattern.indexOf('*');
    if (star < 0) {
      return path.startsWith(pattern.substring(0, end)) && (!whole || path.length() == end);
    }
    if (!path.startsWith(pattern.substring(0, star))) {
      return false;
    }
    int at = star;
    int next;
    while ((next = pattern.indexOf('*', star + 1)) >= 0) {
      int found = path.indexOf(pattern.substring(star + 1, next), at);
      if (found < 0) {
        return false;
      }
      at = found + next - star - 1;
      star = next;
    }
    String last = pattern.substring(star + 1, end);
    return whole
        ? path.length() - last.length() >= at && path.endsWith(last)
        : path.indexOf(last, at) >= 0;
  }
}
