package dev.stygian.services.discover;

import java.util.regex.Pattern;
import okhttp3.HttpUrl;

/** Links as they stand in pages, sitemaps and feeds. */
final class LinkText {
  private static final Pattern IGNORED = Pattern.compile("[\\t\\n\\r]");
  private static final Pattern OTHER_SCHEME =
      Pattern.compile("(?!https?:)[A-Za-z][A-Za-z0-9+.-]*+:", Pattern.CASE_INSENSITIVE);

  /** A longer text is no URL. */
  static final int MAX_READ_CHARS = 4 * UrlNormalizer.MAX_CHARS;

  private LinkText() {}

  /**
   * Without what the URL standard ignores: white space and control characters around it, tabs and
   * line breaks in it.
   */
  static String clean(String text) {
    String stripped = text.strip().trim();
    return IGNORED.matcher(stripped).find() ? IGNORED.matcher(stripped).replaceAll("") : stripped;
  }

  static boolean hasOtherScheme(String cleanText) {
    return OTHER_SCHEME.matcher(cleanText).lookingAt();
  }

  /**
   * The absolute URL without its fragment; what is none of http or https stays as it stands, and so
   * does what is so long that nobody reads it.
   */
  static String resolve(HttpUrl base, String text) {
    if (text.length() > MAX_READ_CHARS) {
      return text;
    }
    String link = clean(text);
    HttpUrl resolved = hasOtherScheme(link) ? null : base.resolve(link);
    if (resolved == null) {
      return link;
    }
    String url = resolved.toString();
    int fragment = url.indexOf('#');
    return fragment < 0 ? url : url.substring(0, fragment);
  }
}
