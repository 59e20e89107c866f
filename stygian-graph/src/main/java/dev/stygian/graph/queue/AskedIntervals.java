package dev.stygian.graph.queue;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/**
 * The intervals that the sites ask for which count as one host: the longest holds. A site says what
 * it asks for with each of its answers, so one that has not for two days, longer than a robots.txt
 * counts, is forgotten; and so may be the site that asks for the least, where there are many, since
 * it comes back by itself once others are gone. {@code visited.lua} has the same rules.
 */
final class AskedIntervals {
  /** How many sites are kept. */
  static final int MOST_SITES = 8;

  private static final long LIVES_MILLIS = 172_800_000;

  private final Map<String, Asked> bySite = new HashMap<>();

  private record Asked(long millis, long at) {}

  /** A site asks for so much, or for nothing any more. */
  void ask(String site, long millis, long now) {
    if (millis == 0) {
      bySite.remove(site);
      return;
    }
    bySite.put(site, new Asked(millis, now));
    if (bySite.size() > MOST_SITES) {
      bySite.entrySet().stream()
          .min(Comparator.comparingLong(each -> each.getValue().millis))
          .ifPresent(least -> bySite.remove(least.getKey()));
    }
  }

  void forgetOld(long now) {
    bySite.values().removeIf(asked -> now - asked.at >= LIVES_MILLIS);
  }

  /** 0: none is asked for. */
  long longestMillis() {
    return bySite.values().stream().mapToLong(Asked::millis).max().orElse(0);
  }
}
