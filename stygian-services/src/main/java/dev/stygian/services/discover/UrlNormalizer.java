package dev.stygian.services.discover;

import dev.stygian.services.robots.PercentCoding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;

/**
 * Gives each URL one form, so that a page is fetched once however it is linked. Pure: the same text
 * gives the same URL, and a normal form is its own.
 *
 * <p>A URL is read as browsers read it (WHATWG URL standard), by {@link HttpUrl}: white space
 * around it, tabs and line breaks within it go; scheme and host in lower case, the host in punycode
 * (UTS 46); the default port goes; {@code \} is {@code /}; {@code .} and {@code ..} segments are
 * resolved; an empty path is {@code /}; what may not stand in a URL is percent-encoded. HttpUrl
 * differs from the standard in this: {@code |} in a path is encoded; IPv4 addresses are known in
 * dotted decimals only ({@code 0x7f.1} and {@code 2130706433} stay names or are refused); port 0 is
 * refused, and so are hosts with labels that DNS cannot have.
 *
 * <p>Then, beyond the standard: user name, password and fragment go, also {@code #!}; the dot at a
 * host's end goes; unreserved characters are decoded, hex digits are upper case, a {@code %} that
 * encodes nothing becomes {@code %25}; tracking parameters, session ids and empty parameters go,
 * and a {@code ?} with nothing behind it. The scheme, the path's case, its trailing and doubled
 * slashes, {@code +} for a space and the order of parameters stay: servers tell such URLs apart.
 *
 * @param dropped the parameters that are dropped; default {@link ParameterNames#TRACKING}
 * @param dropSessionIds whether {@link ParameterNames#SESSION} go as well, {@code sid} where its
 *     value has 32 letters and digits, {@code ;jsessionid=…} in a path and ASP.NET's {@code
 *     /(S(…))}; default true
 * @param sortQuery whether parameters are sorted by name, those of one name in their order; default
 *     false
 * @param maxChars longer normal forms are refused, and texts of four times the length unread;
 *     default 2,048
 */
record UrlNormalizer(
    ParameterNames dropped, boolean dropSessionIds, boolean sortQuery, int maxChars) {
  static final int MAX_CHARS = 2048;

  private static final Pattern PATH_SESSION =
      Pattern.compile(";(?:jsessionid|phpsessid)=[^/;]*", Pattern.CASE_INSENSITIVE);
  private static final Pattern ASP_SESSION =
      Pattern.compile("/\\(S\\([0-9a-z]{24}\\)\\)(?=/)", Pattern.CASE_INSENSITIVE);
  private static final Pattern SID = Pattern.compile("sid=[0-9a-z]{32}", Pattern.CASE_INSENSITIVE);

  UrlNormalizer {
    if (maxChars < 1) {
      throw new IllegalArgumentException("maxChars is at least 1, not " + maxChars);
    }
  }

  static UrlNormalizer defaults() {
    return new UrlNormalizer(ParameterNames.TRACKING, true, false, MAX_CHARS);
  }

  /** The normal form of an absolute URL. */
  NormalUrl normalize(String text) {
    if (text.length() > 4L * maxChars) {
      return new NormalUrl.Refused(SkipReason.TOO_LONG);
    }
    String link = LinkText.clean(text);
    if (LinkText.hasOtherScheme(link)) {
      return new NormalUrl.Refused(SkipReason.OTHER_SCHEME);
    }
    HttpUrl parsed = HttpUrl.parse(link);
    HttpUrl url = parsed == null ? null : HttpUrl.parse(rebuilt(parsed));
    if (url == null) {
      return new NormalUrl.Refused(SkipReason.NO_URL);
    }
    return url.toString().length() > maxChars
        ? new NormalUrl.Refused(SkipReason.TOO_LONG)
        : new NormalUrl.Known(url);
  }

  private String rebuilt(HttpUrl url) {
    StringBuilder text = new StringBuilder(url.scheme()).append("://").append(authority(url));
    String path = PercentCoding.normal(url.encodedPath());
    text.append(dropSessionIds ? withoutSession(path) : path);
    String query = url.encodedQuery();
    String kept = query == null ? "" : keptParameters(PercentCoding.normal(query));
    return kept.isEmpty() ? text.toString() : text.append('?').append(kept).toString();
  }

  private static String withoutSession(String path) {
    return ASP_SESSION.matcher(PATH_SESSION.matcher(path).replaceAll("")).replaceAll("");
  }

  /** The host, in brackets where it is an IPv6 address, and the port unless it is the default. */
  static String authority(HttpUrl url) {
    String host = url.host();
    String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    String bracketed = name.indexOf(':') < 0 ? name : "[" + name + "]";
    return url.port() == HttpUrl.defaultPort(url.scheme())
        ? bracketed
        : bracketed + ":" + url.port();
  }

  private String keptParameters(String query) {
    List<String> kept = new ArrayList<>();
    for (String parameter : query.split("&")) {
      if (!parameter.isEmpty() && !isDropped(parameter)) {
        kept.add(parameter);
      }
    }
    if (sortQuery) {
      kept.sort(Comparator.comparing(UrlNormalizer::name));
    }
    return String.join("&", kept);
  }

  private boolean isDropped(String parameter) {
    String name = name(parameter);
    return dropped.contains(name)
        || (dropSessionIds
            && (ParameterNames.SESSION.contains(name) || SID.matcher(parameter).matches()));
  }

  private static String name(String parameter) {
    int end = parameter.indexOf('=');
    return end < 0 ? parameter : parameter.substring(0, end);
  }
}
