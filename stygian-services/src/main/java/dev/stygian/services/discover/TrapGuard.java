package dev.stygian.services.discover;

import dev.stygian.graph.settings.LastUsed;
import java.util.Map;
import java.util.Optional;
import okhttp3.HttpUrl;

/**
 * Keeps a crawl out of traps: paths that repeat themselves, calendars without end, filters in every
 * combination. Thread-safe.
 *
 * <p>What the URL alone decides ({@link UrlShape#trap}) is exact. What grows is counted by this
 * process: with n workers a limit lets at most n times as many URLs pass; to hold it over a fleet,
 * let the queue count {@link UrlShape#growths}. Counts are kept for the 20,000 keys that were seen
 * last, by a 64-bit hash of the key, in some 2 MB: a key that is not seen while 20,000 others are
 * starts at 0 again, so more URLs may pass, never fewer.
 */
final class TrapGuard {
  static final int MAX_KEYS = 20_000;

  private final TrapLimits limits;
  private final Map<Long, Long> counts = new LastUsed<>(MAX_KEYS);

  TrapGuard(TrapLimits limits) {
    this.limits = limits;
  }

  /**
   * Why a URL is a trap's; empty where it is none, and then it is counted.
   *
   * @param url in its normal form, and not asked about before: a second time counts as another URL
   */
  synchronized Optional<SkipReason> check(HttpUrl url) {
    Optional<SkipReason> alone = UrlShape.trap(url, limits);
    if (alone.isPresent()) {
      return alone;
    }
    var growths = UrlShape.growths(url, limits);
    for (UrlShape.Growth growth : growths) {
      if (counts.getOrDefault(hash(growth.key()), 0L) >= growth.limit()) {
        return Optional.of(growth.reason());
      }
    }
    growths.forEach(growth -> counts.merge(hash(growth.key()), 1L, Long::sum));
    return Optional.empty();
  }

  /** FNV-1a over the characters. */
  private static long hash(String key) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < key.length(); i++) {
      hash = (hash ^ key.charAt(i)) * 0x100000001b3L;
    }
    return hash;
  }
}
