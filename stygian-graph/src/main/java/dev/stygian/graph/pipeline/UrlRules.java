package dev.stygian.graph.pipeline;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is wrong with a URL, before anybody dials it; empty where nothing is. Lenient with paths and
 * queries, which browsers repair as well; strict with what decides where a request goes.
 */
final class UrlRules {
  private static final List<String> QUEUE_SCHEMES =
      List.of(
          "redis://",
          "rediss://",
          "redis-sentinel://",
          "rediss-sentinel://",
          "redis-cluster://",
          "rediss-cluster://",
          "redis-socket://");
  private static final String EMBEDDED = "embedded";
  private static final String QUEUE_FORMS =
      "write " + String.join(", ", QUEUE_SCHEMES) + " or \"" + EMBEDDED + "\"";
  private static final Pattern NAMES_PRIMARY = Pattern.compile("[?&]sentinelMasterId=[^&]|#.");
  private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*):(//)?(.*)");
  private static final Pattern HOST_AND_PORT =
      Pattern.compile("(\\[[0-9A-Fa-f:.%]+\\]|[^\\[\\]:]*)(?::(.*))?");
  private static final Pattern BAD_HOST = Pattern.compile("[<>\"{}|\\\\^`%\\[\\]]");
  private static final Pattern BLANK = Pattern.compile("[\\s\\p{Cntrl}]");

  private UrlRules() {}

  /** A URL that a request can go to. */
  static Optional<String> webComplaint(String url) {
    Matcher parts = SCHEME.matcher(url);
    if (BLANK.matcher(url).find()) {
      return Optional.of("holds white space; write %20 for a space");
    } else if (!parts.matches() || parts.group(2) == null) {
      return Optional.of("is no absolute URL; start it with https:// or http://");
    }
    String scheme = parts.group(1).toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      return Optional.of(
          "has the scheme " + Quoted.of(parts.group(1)) + "; start it with https:// or http://");
    }
    return hostComplaint(parts.group(3).split("[/?#\\\\]", 2)[0]);
  }

  /** An item of a run whose site is served: a path on it, or a URL. */
  static Optional<String> servedComplaint(String path) {
    boolean hasScheme = SCHEME.matcher(path).matches() || path.startsWith("//");
    if (hasScheme) {
      return webComplaint(path);
    } else if (BLANK.matcher(path).find()) {
      return Optional.of("holds white space; write %20 for a space");
    }
    return path.isEmpty()
        ? Optional.of("is empty; write a path such as /index.html")
        : Optional.empty();
  }

  /** Never quotes what it is given: a queue's URL may hold a password anywhere. */
  static Optional<String> queueComplaint(String url) {
    if (url.equals(EMBEDDED)) {
      return Optional.empty();
    }
    for (String scheme : QUEUE_SCHEMES) {
      if (url.regionMatches(true, 0, scheme, 0, scheme.length())) {
        String rest = url.substring(scheme.length());
        if (rest.isBlank()) {
          return Optional.of("says nothing after " + scheme + "; write where the server is");
        }
        return scheme.equals("redis-socket://") ? Optional.empty() : serversComplaint(scheme, rest);
      }
    }
    Matcher parts = SCHEME.matcher(url);
    if (parts.matches() && parts.group(2) != null) {
      String scheme = parts.group(1) + "://";
      return Optional.of(
          "has an unknown scheme"
              + Suggestion.nearest(scheme, QUEUE_SCHEMES)
                  .map(s -> "; did you mean " + Quoted.of(s) + "?")
                  .orElse("; " + QUEUE_FORMS));
    }
    boolean isNearlyEmbedded = Suggestion.nearest(url, List.of(EMBEDDED)).isPresent();
    return Optional.of(
        "is no queue"
            + (isNearlyEmbedded ? "; did you mean \"" + EMBEDDED + "\"?" : "; " + QUEUE_FORMS));
  }

  private static Optional<String> serversComplaint(String scheme, String rest) {
    String authority = authority(rest);
    boolean namesSeveral = scheme.contains("-");
    for (String host : namesSeveral ? authority.split(",", -1) : new String[] {authority}) {
      Optional<String> complaint = hostComplaint(host);
      if (complaint.isPresent()) {
        return complaint;
      }
    }
    return scheme.contains("-sentinel") && !NAMES_PRIMARY.matcher(rest).find()
        ? Optional.of("names no primary; add ?sentinelMasterId=NAME, as the sentinels call it")
        : Optional.empty();
  }

  /** A password may hold a slash, so the authority ends at the first one after the last @. */
  private static String authority(String rest) {
    int from = rest.lastIndexOf('@') + 1;
    return rest.substring(from).split("[/?#]", 2)[0];
  }

  private static Optional<String> hostComplaint(String authority) {
    String afterUser = authority.substring(authority.lastIndexOf('@') + 1);
    Matcher parts = HOST_AND_PORT.matcher(afterUser);
    if (!parts.matches()) {
      return Optional.of("has no readable host; write host or host:port after the //");
    }
    String host = parts.group(1);
    if (host.isEmpty()) {
      return Optional.of("names no host; write one after the //");
    } else if (!host.startsWith("[") && BAD_HOST.matcher(host).find()) {
      return Optional.of("has a character in its host that no host has; remove it");
    } else if (parts.group(2) != null && !isPort(parts.group(2))) {
      return Optional.of("has no valid port; write a number from 1 to 65535 after the colon");
    }
    return Optional.empty();
  }

  private static boolean isPort(String text) {
    return text.matches("[0-9]{1,5}")
        && Integer.parseInt(text) >= 1
        && Integer.parseInt(text) < 65536;
  }
}
