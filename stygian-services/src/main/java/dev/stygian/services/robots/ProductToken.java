package dev.stygian.services.robots;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name by which robots.txt files call a user agent (RFC 9309, section 2.2.1): letters, hyphens
 * and underscores at the start of its header's value ({@code stygian-graph} of {@code
 * stygian-graph/1.0 (…)}), or behind {@code compatible;} where that is a browser's ({@code MyBot}
 * of {@code Mozilla/5.0 (compatible; MyBot/2.0)}).
 */
final class ProductToken {
  private static final Pattern COMPATIBLE =
      Pattern.compile("Mozilla/\\S+ .*?\\bcompatible; *([A-Za-z_-]+).*", Pattern.DOTALL);
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z_-]+");

  private ProductToken() {}

  /** In lower case, as the only element; empty where there is none: then the rules for * count. */
  static List<String> of(String userAgent) {
    Matcher compatible = COMPATIBLE.matcher(userAgent);
    if (compatible.matches()) {
      return List.of(compatible.group(1).toLowerCase(Locale.ROOT));
    }
    Matcher token = TOKEN.matcher(userAgent);
    return token.lookingAt() ? List.of(token.group().toLowerCase(Locale.ROOT)) : List.of();
  }
}
