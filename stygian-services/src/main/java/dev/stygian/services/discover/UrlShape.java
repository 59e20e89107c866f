package dev.stygian.services.discover;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;

/**
 * What a URL alone tells of traps. Pure: every process finds the same, so where a limit is to hold
 * over a whole fleet, the queue counts the {@link Growth#key keys} and asks no {@link TrapGuard}.
 */
final class UrlShape {
  private static final Pattern DIGITS = Pattern.compile("[0-9]+");
  private static final Pattern YEAR = Pattern.compile("(?:1[6-9]|2[0-9])[0-9]{2}");
  private static final Pattern DATE =
      Pattern.compile("(?:1[6-9]|2[0-9])[0-9]{2}[01][0-9][0-3][0-9]");
  private static final Pattern NUMBERS = Pattern.compile("[0-9][0-9.:T_-]*");
  private static final String A_YEAR = "{year}";
  private static final String TWO_DIGITS = "{nn}";
  private static final String A_DATE = "{date}";
  private static final String A_NUMBER = "{n}";

  private UrlShape() {}

  /**
   * Many URLs that are one as far as a trap is concerned.
   *
   * @param key the same for all of them, at most as long as a URL plus a few placeholders; hash it
   *     where many are kept
   * @param limit how many different URLs of the key are fetched
   * @param reason why one more is not
   */
  record Growth(String key, long limit, SkipReason reason) {}

  /** Why a URL is a trap's by itself. */
  static Optional<SkipReason> trap(HttpUrl url, TrapLimits limits) {
    List<String> segments = url.encodedPathSegments();
    if (segments.size() > limits.maxSegments()) {
      return Optional.of(SkipReason.DEEP_PATH);
    }
    return occursTooOften(segments, limits.maxRepeats())
            || isRepeated(segments, limits.maxRepeats())
        ? Optional.of(SkipReason.REPEATED_SEGMENTS)
        : Optional.empty();
  }

  private static boolean occursTooOften(List<String> segments, int max) {
    Map<String, Integer> counts = new HashMap<>();
    return segments.stream().anyMatch(segment -> counts.merge(segment, 1, Integer::sum) > max);
  }

  /** Whether some sequence of segments stands {@code times} times, one behind the other. */
  private static boolean isRepeated(List<String> segments, int times) {
    for (int length = 1; length * times <= segments.size(); length++) {
      int equal = 0; // segments in a row that equal the one a length further on
      for (int i = 0; i + length < segments.size(); i++) {
        equal = segments.get(i).equals(segments.get(i + length)) ? equal + 1 : 0;
        if (equal == length * (times - 1)) {
          return true;
        }
      }
    }
    return false;
  }

  /** What a URL adds to; mostly nothing. */
  static List<Growth> growths(HttpUrl url, TrapLimits limits) {
    List<Growth> growths = new ArrayList<>(2);
    String host = UrlNormalizer.authority(url);
    String pattern = host + generalized(url.encodedPath()) + generalizedQuery(url);
    boolean dates =
        pattern.contains(A_DATE) || (pattern.contains(A_YEAR) && pattern.contains(TWO_DIGITS));
    if (dates) {
      growths.add(new Growth(pattern, limits.maxOfDates(), SkipReason.PATTERN_FULL));
    } else if (pattern.indexOf('{') >= 0) { // a brace of the path itself is percent-encoded
      growths.add(new Growth(pattern, limits.maxOfPattern(), SkipReason.PATTERN_FULL));
    }
    if (url.querySize() > 1) {
      growths.add(
          new Growth(host + url.encodedPath() + "?", limits.maxQueries(), SkipReason.QUERIES_FULL));
    }
    return growths;
  }

  private static String generalized(String text) {
    return DIGITS.matcher(text).replaceAll(digits -> placeholder(digits.group()));
  }

  private static String placeholder(String digits) {
    if (digits.length() <= 2) {
      return TWO_DIGITS;
    } else if (YEAR.matcher(digits).matches()) {
      return A_YEAR;
    }
    return DATE.matcher(digits).matches() ? A_DATE : A_NUMBER;
  }

  /** The parameters in their order, without their values unless these are numbers. */
  private static String generalizedQuery(HttpUrl url) {
    String query = url.encodedQuery();
    if (query == null) {
      return "";
    }
    StringBuilder general = new StringBuilder();
    for (String parameter : query.split("&")) {
      int value = parameter.indexOf('=') + 1;
      Matcher numbers = NUMBERS.matcher(parameter).region(value, parameter.length());
      general.append(general.isEmpty() ? '?' : '&');
      general.append(value == 0 ? parameter : parameter.substring(0, value));
      if (value > 0 && numbers.matches()) {
        general.append(generalized(numbers.group()));
      }
    }
    return general.toString();
  }
}
