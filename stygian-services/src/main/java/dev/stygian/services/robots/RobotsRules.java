package dev.stygian.services.robots;

import crawlercommons.robots.SimpleRobotRules;
import crawlercommons.robots.SimpleRobotRulesParser;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import okhttp3.HttpUrl;

/**
 * What a site's robots.txt lets one user agent do (RFC 9309). A value: {@link RobotsText} gives it
 * a text to be cached as.
 *
 * <p>The file is read by crawler-commons, which forgives what sites get wrong. Matching is done
 * here: its own matcher lets a {@code *} reach only to the first place that fits ({@code /*.php$}
 * would not match {@code /a.php/b.php}), and takes a URL that {@link java.net.URI} does not parse
 * for {@code /}.
 *
 * @param reachable whether the file could be asked for; if not, nothing is allowed (2.3.1.4)
 * @param rules of the group that is meant, the longest first
 * @param crawlDelay between two requests, above 0 and at most an hour; no part of the RFC
 * @param sitemaps absolute URLs, in the file's order, at most 1,000; meant for all user agents
 * @param askAgain when to ask for the file again; what it allows until then stays so
 */
public record RobotsRules(
    boolean reachable,
    List<Rule> rules,
    Optional<Duration> crawlDelay,
    List<String> sitemaps,
    Instant askAgain) {
  /** What comes behind is not read; the RFC's least (2.5). */
  public static final int MAX_BYTES = 500 * 1024;

  /** How long a file counts; the RFC's most (2.4). */
  static final Duration LIFETIME = Duration.ofHours(24);

  /** How long a file that could not be had is not asked for again. */
  static final Duration PAUSE = Duration.ofMinutes(5);

  /**
   * Rules with more in total, percent-encoded, become {@code Disallow: /}. 500 KiB of what may
   * stand in a file do not get there.
   */
  static final int MAX_RULE_CHARS = 1 << 20;

  static final int MAX_SITEMAPS = 1000;
  static final int MAX_SITEMAP_CHARS = 2048;
  static final Duration MAX_CRAWL_DELAY = Duration.ofHours(1);

  /**
   * A line {@code Allow} or {@code Disallow}.
   *
   * @param pattern with {@code *} for any characters and a {@code $} at the end for the path's end
   */
  public record Rule(boolean allow, String pattern) {}

  public RobotsRules {
    rules = List.copyOf(rules);
    sitemaps = List.copyOf(sitemaps);
  }

  /**
   * What an answer to {@code GET /robots.txt} means (2.3.1):
   *
   * <ul>
   *   <li>2xx: the file's rules, of its first 500 KiB and there of its whole lines
   *   <li>3xx: all is allowed. The caller has followed five redirects by then, over hosts as well
   *   <li>4xx: all is allowed, also with 401 and 403
   *   <li>429, 5xx and what is no status: nothing is allowed, and the file is asked for again in
   *       five minutes. (429 is 4xx, but says that the site is there and wants less)
   * </ul>
   *
   * @param url of the file, after redirects: where relative URLs of sitemaps start
   * @param body unpacked; may be cut off behind {@link #MAX_BYTES}
   * @param userAgent the header's value; {@link ProductToken} says which name in it counts
   */
  public static RobotsRules of(
      int status, byte[] body, HttpUrl url, String userAgent, Instant now) {
    if (status >= 200 && status < 300) {
      return parse(body, url, userAgent, now);
    }
    return status >= 300 && status < 500 && status != 429
        ? new RobotsRules(true, List.of(), Optional.empty(), List.of(), now.plus(LIFETIME))
        : unreachable(now);
  }

  /** When the file was asked for. */
  public Instant askedAt() {
    return askAgain.minus(reachable ? LIFETIME : PAUSE);
  }

  /** No answer at all: nothing is allowed for five minutes. */
  public static RobotsRules unreachable(Instant now) {
    return new RobotsRules(false, List.of(), Optional.empty(), List.of(), now.plus(PAUSE));
  }

  private static RobotsRules parse(byte[] body, HttpUrl url, String userAgent, Instant now) {
    // the delay is bounded here: beyond the parser's bound it would disallow everything
    SimpleRobotRules parsed =
        new SimpleRobotRulesParser(Long.MAX_VALUE, 0)
            .parseContent(
                url.toString(), wholeLines(body), "text/plain", ProductToken.of(userAgent));
    List<Rule> rules =
        parsed.getRobotRules().stream()
            .map(rule -> new Rule(rule.isAllow(), RobotsPath.ofPattern(rule.getPrefix())))
            .sorted(
                Comparator.comparingInt((Rule rule) -> -rule.pattern().length())
                    .thenComparing(rule -> !rule.allow()))
            .distinct()
            .toList();
    int chars = rules.stream().mapToInt(rule -> rule.pattern().length()).sum();
    return new RobotsRules(
        true,
        chars > MAX_RULE_CHARS ? List.of(new Rule(false, "/")) : rules,
        delay(parsed.getCrawlDelay()),
        parsed.getSitemaps().stream()
            .filter(sitemap -> sitemap.length() <= MAX_SITEMAP_CHARS)
            .limit(MAX_SITEMAPS)
            .toList(),
        now.plus(LIFETIME));
  }

  private static Optional<Duration> delay(long millis) {
    return millis <= 0
        ? Optional.empty()
        : Optional.of(Duration.ofMillis(Math.min(millis, MAX_CRAWL_DELAY.toMillis())));
  }

  /** Half a line could forbid more than the whole: {@code Disallow: /} of a longer path. */
  private static byte[] wholeLines(byte[] body) {
    if (body.length <= MAX_BYTES) {
      return body;
    }
    int end = MAX_BYTES;
    while (end > 0 && body[end - 1] != '\n' && body[end - 1] != '\r') {
      end--;
    }
    return Arrays.copyOf(body, end);
  }

  /**
   * Whether a URL of this site may be fetched: the longest pattern that matches its path and query
   * decides, of equal ones {@code Allow}; without any it may (2.2.2). {@code /robots.txt} always
   * may.
   */
  public boolean allows(HttpUrl url) {
    String path = RobotsPath.of(url);
    if (path.equals("/robots.txt")) {
      return true;
    }
    return reachable
        && rules.stream()
            .filter(rule -> RobotsPath.matches(rule.pattern(), path))
            .findFirst()
            .map(Rule::allow)
            .orElse(true);
  }
}
