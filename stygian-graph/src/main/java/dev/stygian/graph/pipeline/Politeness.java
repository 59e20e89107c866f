package dev.stygian.graph.pipeline;

import dev.stygian.graph.settings.HostScope;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The {@code [politeness]} table: how often hosts are visited, over all processes together.
 *
 * @param scope what counts as one host; default {@link HostScope#HOST}
 * @param interval between two starts at one host at least; default none
 * @param concurrency tasks at once at one host; default 0: any number
 * @param obeyRobots whether a site's robots.txt is followed; default true
 * @param giveUpAfter how long tasks wait for a host that does not answer; default 1 h
 * @param hosts exceptions, of which the first that fits a host counts
 */
public record Politeness(
    HostScope scope,
    Duration interval,
    int concurrency,
    boolean obeyRobots,
    Duration giveUpAfter,
    List<HostRule> hosts) {
  private static final Pattern PORT = Pattern.compile(":[0-9]+$");

  public Politeness {
    hosts = List.copyOf(hosts);
  }

  /**
   * What is different for some hosts.
   *
   * @param host a host's name, as URLs have it or as the scope counts hosts, or {@code *.} and a
   *     domain for all names below it
   */
  public record HostRule(String host, Duration interval, int concurrency) {
    boolean fits(String name) {
      return host.startsWith("*.")
          ? name.endsWith(host.substring(1)) && name.length() >= host.length()
          : name.equals(host);
    }
  }

  public static Politeness defaults() {
    return new Politeness(HostScope.HOST, Duration.ZERO, 0, true, Duration.ofHours(1), List.of());
  }

  /** The same without asking a site's robots.txt: for those whose owner said what to call. */
  public Politeness withoutRobots() {
    return new Politeness(scope, interval, concurrency, false, giveUpAfter, hosts);
  }

  /**
   * The rule for a host. Both of its names may end in a port.
   *
   * @param name as the scope counts hosts
   * @param inUrl as the URL has it
   */
  public HostRule ruleFor(String name, String inUrl) {
    return hosts.stream()
        .filter(rule -> fits(rule, inUrl) || fits(rule, name))
        .findFirst()
        .orElseGet(() -> new HostRule(name, interval, concurrency));
  }

  private static boolean fits(HostRule rule, String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return rule.fits(lower) || rule.fits(PORT.matcher(lower).replaceFirst(""));
  }
}
