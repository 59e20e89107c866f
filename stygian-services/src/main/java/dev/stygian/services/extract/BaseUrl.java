package dev.stygian.services.extract;

import java.util.Optional;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;

/**
 * Where a page's relative URLs start; URLs are resolved as {@code http} will read them.
 *
 * @param url empty where the page has no address: then only absolute URLs resolve
 */
record BaseUrl(Optional<HttpUrl> url) {
  private static final Pattern OTHER_SCHEME =
      Pattern.compile("(?!https?:)[A-Za-z][A-Za-z0-9+.-]*+:\\S++", Pattern.CASE_INSENSITIVE);
  private static final Pattern IGNORED = Pattern.compile("[\\t\\n\\r]");

  static BaseUrl of(String url) {
    return new BaseUrl(Optional.ofNullable(HttpUrl.parse(url)));
  }

  /** The absolute URL; empty where the text is none, and for an empty text. */
  Optional<String> resolve(String text) {
    String link = IGNORED.matcher(text).replaceAll("").strip();
    if (link.isEmpty()) {
      return Optional.empty();
    }
    if (OTHER_SCHEME.matcher(link).matches()) {
      return Optional.of(link);
    }
    return url.map(base -> Optional.ofNullable(base.resolve(link)))
        .orElseGet(() -> Optional.ofNullable(HttpUrl.parse(link)))
        .map(HttpUrl::toString);
  }
}
