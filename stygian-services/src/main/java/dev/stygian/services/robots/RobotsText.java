package dev.stygian.services.robots;

import dev.stygian.services.robots.RobotsRules.Rule;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@link RobotsRules} as a text, to be cached for all workers until its {@code askAgain}: only the
 * rules of the group that is meant, so the key of a cache names the user agent.
 *
 * <pre>
 * robots 1 reachable 2026-01-31T12:00:00Z
 * delay 2000
 * map https://shop.example/sitemap.xml
 * a /search/about
 * d /search
 * </pre>
 *
 * <p>It has at most {@link #MAX_CHARS} characters; most have a few hundred.
 */
public final class RobotsText {
  /** A line's key and its end take 4 characters, and a rule has at least one itself. */
  static final int MAX_CHARS =
      4 * RobotsRules.MAX_RULE_CHARS
          + RobotsRules.MAX_SITEMAPS * (RobotsRules.MAX_SITEMAP_CHARS + 5)
          + 200;

  private static final String REACHABLE = "robots 1 reachable ";
  private static final String UNREACHABLE = "robots 1 unreachable ";

  private RobotsText() {}

  public static String write(RobotsRules robots) {
    StringBuilder text = new StringBuilder();
    text.append(robots.reachable() ? REACHABLE : UNREACHABLE).append(robots.askAgain());
    robots.crawlDelay().ifPresent(delay -> text.append("\ndelay ").append(delay.toMillis()));
    robots.sitemaps().forEach(url -> text.append("\nmap ").append(url));
    robots
        .rules()
        .forEach(rule -> text.append(rule.allow() ? "\na " : "\nd ").append(rule.pattern()));
    return text.toString();
  }

  /** Empty where the text is none of these, of another version, say; then the file is fetched. */
  public static Optional<RobotsRules> read(String text) {
    if (text.length() > MAX_CHARS) {
      return Optional.empty();
    }
    List<String> lines = text.lines().toList();
    String head = lines.isEmpty() ? "" : lines.getFirst();
    boolean reachable = head.startsWith(REACHABLE);
    if (!reachable && !head.startsWith(UNREACHABLE)) {
      return Optional.empty();
    }
    Optional<Duration> delay = Optional.empty();
    List<String> sitemaps = new ArrayList<>();
    List<Rule> rules = new ArrayList<>();
    try {
      Instant askAgain = Instant.parse(head.substring(head.lastIndexOf(' ') + 1));
      for (String line : lines.subList(1, lines.size())) {
        String rest = line.substring(line.indexOf(' ') + 1);
        switch (line.substring(0, line.length() - rest.length())) {
          case "delay " -> delay = Optional.of(Duration.ofMillis(Long.parseLong(rest)));
          case "map " -> sitemaps.add(rest);
          case "a " -> rules.add(new Rule(true, rest));
          case "d " -> rules.add(new Rule(false, rest));
          default -> {
            return Optional.empty();
          }
        }
      }
      return Optional.of(new RobotsRules(reachable, rules, delay, sitemaps, askAgain));
    } catch (DateTimeException | NumberFormatException _) {
      return Optional.empty();
    }
  }
}
