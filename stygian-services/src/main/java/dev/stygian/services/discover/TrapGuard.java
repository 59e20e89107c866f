package dev.stygian.services.discover;

import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import okhttp3.HttpUrl;

/**
 * Keeps a crawl out of traps: paths that repeat themselves, calendars without end, filters in every
 * combination. Thread-safe.
 *
 * <p>What the URL alone decides ({@link UrlShape#trap}) is exact. What grows is counted by this
 * process, each URL once: menus link the same pages from everywhere. So of each key the URLs that
 * passed are remembered, as hashes of 64 bits, and pass again. With n workers a limit lets at most
 * n times as many URLs pass; to hold it over a fleet, let the queue count {@link UrlShape#growths}.
 *
 * <p>Kept are the 20,000 keys that were seen last, and of these only as many as have 500,000 URLs
 * together, in 15 MB at most. A key that falls out starts at 0 again, and a URL that has another's
 * hash passes uncounted: more URLs may pass than the limit, never fewer.
 */
final class TrapGuard {
  static final int MAX_KEYS = 20_000;
  static final int MAX_URLS = 500_000;

  /** A site may have any number of traps; a log has room for these. */
  static final int MAX_TOLD = 20;

  private static final int SHOWN_CHARS = 200;
  private static final float LOAD = 0.75f;

  private final TrapLimits limits;
  private final int maxUrls;
  private final Map<Long, UrlHashes> passed = new LinkedHashMap<>(16, LOAD, true);
  private final Set<String> told = new HashSet<>();
  private int urls;

  TrapGuard(TrapLimits limits) {
    this(limits, MAX_URLS);
  }

  TrapGuard(TrapLimits limits, int maxUrls) {
    this.limits = limits;
    this.maxUrls = maxUrls;
  }

  /**
   * The trap that a URL belongs to.
   *
   * @param pattern what its URLs have in common, or the path of the one that is a trap's by itself;
   *     without the values of parameters
   * @param isNews whether nobody was told of it, and few enough were told of others
   */
  record Trap(SkipReason reason, String pattern, boolean isNews) {}

  /**
   * The trap that a URL belongs to; empty where it is in none, and then it counts, if it is new.
   *
   * @param url in its normal form
   */
  Optional<Trap> check(HttpUrl url) {
    Optional<SkipReason> alone = UrlShape.trap(url, limits);
    if (alone.isPresent()) {
      SkipReason reason = alone.get();
      String path = UrlNormalizer.authority(url) + url.encodedPath();
      return Optional.of(trap(reason, path, reason.name()));
    }
    List<UrlShape.Growth> growths = UrlShape.growths(url, limits);
    return growths.isEmpty() ? Optional.empty() : check(growths, hash(url.toString()));
  }

  private synchronized Optional<Trap> check(List<UrlShape.Growth> growths, long url) {
    for (UrlShape.Growth growth : growths) {
      UrlHashes known = passed.get(hash(growth.key()));
      if (known != null && known.size() >= growth.limit() && !known.contains(url)) {
        return Optional.of(trap(growth.reason(), growth.key(), growth.key()));
      }
    }
    growths.forEach(growth -> count(growth, url));
    return Optional.empty();
  }

  private void count(UrlShape.Growth growth, long url) {
    if (passed.computeIfAbsent(hash(growth.key()), _ -> new UrlHashes()).add(url)) {
      urls++;
    }
    Iterator<UrlHashes> seenLongestAgo = passed.values().iterator();
    while (passed.size() > MAX_KEYS || urls > maxUrls) {
      urls -= seenLongestAgo.next().size();
      seenLongestAgo.remove();
    }
  }

  /** A trap, which is news once for each name. */
  private synchronized Trap trap(SkipReason reason, String pattern, String name) {
    String shown =
        pattern.length() > SHOWN_CHARS ? pattern.substring(0, SHOWN_CHARS) + "…" : pattern;
    return new Trap(reason, shown, told.size() < MAX_TOLD && told.add(name));
  }

  /** FNV-1a over the characters. */
  private static long hash(String text) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    return hash;
  }
}
