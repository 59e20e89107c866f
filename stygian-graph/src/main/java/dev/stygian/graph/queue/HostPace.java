package dev.stygian.graph.queue;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * How a host is treated after what its visits came to: who asks for fewer requests gets half as
 * many, and each good answer adds a little to the rate again (additive increase, multiplicative
 * decrease: Chiu and Jain, 1989). {@code docs/politeness.md} tells the rules, {@code
 * include/hosts.lua} has the same ones.
 */
final class HostPace {
  /** After so many failed visits in a row one task at a time tries a host. */
  private static final int BREAKS_AT = 5;

  private static final long FIRST_PAUSE_MILLIS = 5_000;
  private static final long LONGEST_PAUSE_MILLIS = 600_000;
  private static final long LONGEST_WAIT_MILLIS = 3_600_000;
  private static final long FIRST_GAP_MILLIS = 500;
  private static final long LONGEST_GAP_MILLIS = 60_000;
  private static final long SHORTEST_GAP_MILLIS = 20;
  private static final double STARTS_A_SECOND_PER_ANSWER = 0.05;
  private static final double SLOW_MILLIS = 1_000;
  private static final int TIMES_SLOWER = 3;
  private static final long SLOWED_FOR_MILLIS = 10_000;
  private static final int STARTS_KEPT = 32;

  private final TreeMap<Long, Integer> starts = new TreeMap<>();
  private final AskedIntervals asked = new AskedIntervals();
  private int startsKept;
  private long gapMillis;
  private long notBefore;
  private int failures;
  private long awaySince;
  private long slowedAt;
  private double took;
  private double usuallyTakes;

  long gapMillis() {
    return Math.max(gapMillis, asked.longestMillis());
  }

  long notBefore() {
    return notBefore;
  }

  boolean isBroken() {
    return failures >= BREAKS_AT;
  }

  /** Failed visits in a row. */
  int failures() {
    return failures;
  }

  /** When the first of them was. */
  long awaySince() {
    return awaySince;
  }

  boolean isAwayFor(Duration patience, long now) {
    return isBroken() && now - awaySince >= patience.toMillis();
  }

  OptionalLong visited(Visit visit, long startedMillis, long now) {
    asked.forgetOld(now);
    switch (visit.answer()) {
      case Visit.Answer.Fine() -> fine(visit, now);
      case Visit.Answer.TooMany(Duration retryAfter) -> {
        failures = 0;
        long wanted = Math.min(retryAfter.toMillis(), LONGEST_WAIT_MILLIS);
        notBefore = Math.max(notBefore, now + wanted);
        slowDown(now);
      }
      case Visit.Answer.Interval(Duration atLeast, String site) -> {
        fine(visit, now);
        asked.ask(site, Math.min(atLeast.toMillis(), LONGEST_WAIT_MILLIS), now);
      }
      case Visit.Answer.Failure() -> fail(now);
      case Visit.Answer.UnderWay() -> {
        return OptionalLong.empty();
      }
    }
    return gapOf(startedMillis);
  }

  private void fine(Visit visit, long now) {
    failures = 0;
    recover();
    look(visit.took().toMillis(), now);
  }

  private void recover() {
    if (gapMillis > 0) {
      double rate = 1000.0 / gapMillis + STARTS_A_SECOND_PER_ANSWER;
      long gap = (long) (1000.0 / rate);
      gapMillis = gap < SHORTEST_GAP_MILLIS ? 0 : gap;
    }
  }

  private void slowDown(long now) {
    gapMillis = Math.clamp(2 * gapMillis, FIRST_GAP_MILLIS, LONGEST_GAP_MILLIS);
    slowedAt = now;
  }

  /** A host whose answers take much longer than they used to has too much to do. */
  private void look(long millis, long now) {
    took = took == 0 ? millis : took + (millis - took) / 8;
    usuallyTakes = usuallyTakes == 0 ? millis : usuallyTakes + (millis - usuallyTakes) / 64;
    if (took > SLOW_MILLIS
        && took > TIMES_SLOWER * usuallyTakes
        && now - slowedAt >= SLOWED_FOR_MILLIS) {
      slowDown(now);
    }
  }

  private void fail(long now) {
    if (failures == 0) {
      awaySince = now;
    }
    failures++;
    if (isBroken()) {
      int doublings = Math.min(failures - BREAKS_AT, 10);
      long pause = Math.min(FIRST_PAUSE_MILLIS << doublings, LONGEST_PAUSE_MILLIS);
      notBefore = Math.max(notBefore, now + pause);
    }
  }

  private OptionalLong gapOf(long started) {
    Long before = starts.floorKey(started);
    Long after = starts.ceilingKey(started);
    starts.merge(started, 1, Integer::sum);
    startsKept++;
    if (startsKept > STARTS_KEPT) {
      startsKept--;
      starts.computeIfPresent(starts.firstKey(), (_, times) -> times > 1 ? times - 1 : null);
    }
    if (before == null && after == null) {
      return OptionalLong.empty();
    }
    long toBefore = before == null ? Long.MAX_VALUE : started - before;
    long toAfter = after == null ? Long.MAX_VALUE : after - started;
    return OptionalLong.of(Math.min(toBefore, toAfter));
  }
}
