package dev.stygian.bench.chaos;

import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * How long nothing moved after faults were over, as seen by somebody who looks at the run again and
 * again. Where the next fault that stops everything comes first, the fault before it has no figure:
 * it is counted as cut short, with how long nothing had moved by then. Thread-safe.
 */
final class Stalls {
  /**
   * A fault that is over.
   *
   * @param moved how much had moved by the first look after its end: what happened before it was
   *     over may have been noticed by nobody yet
   */
  private record Over(long sinceNanos, OptionalLong moved) {}

  private final Map<FaultKind, Over> pending = new EnumMap<>(FaultKind.class);
  private final Map<FaultKind, Long> longestNanos = new EnumMap<>(FaultKind.class);
  private int stopping;
  private int cutShort;
  private long longestCutShortNanos;

  /** A fault begins. */
  synchronized void begins(FaultKind kind, long nowNanos) {
    if (kind.stopsEverything()) {
      stopping++;
      for (Over over : pending.values()) {
        cutShort++;
        longestCutShortNanos = Math.max(longestCutShortNanos, nowNanos - over.sinceNanos());
      }
      pending.clear();
    }
  }

  /** A fault is over. */
  synchronized void ends(FaultKind kind, long nowNanos) {
    if (kind.stopsEverything()) {
      stopping--;
    }
    if (stopping == 0) {
      pending.putIfAbsent(kind, new Over(nowNanos, OptionalLong.empty()));
    }
  }

  /**
   * A look at the run.
   *
   * @param moved how much has moved since the run's begin
   * @param askedNanos when it was asked
   */
  synchronized void seen(long moved, long askedNanos, long nowNanos) {
    var each = pending.entrySet().iterator();
    while (each.hasNext()) {
      Map.Entry<FaultKind, Over> entry = each.next();
      Over over = entry.getValue();
      if (over.moved().isPresent()) {
        if (moved != over.moved().getAsLong()) {
          longestNanos.merge(entry.getKey(), nowNanos - over.sinceNanos(), Math::max);
          each.remove();
        }
      } else if (askedNanos - over.sinceNanos() >= 0) {
        entry.setValue(new Over(over.sinceNanos(), OptionalLong.of(moved)));
      }
    }
  }

  /** The longest stall after faults of a kind, in seconds; empty where none was measured. */
  synchronized OptionalDouble longestSeconds(FaultKind kind) {
    Long nanos = longestNanos.get(kind);
    return nanos == null ? OptionalDouble.empty() : OptionalDouble.of(nanos / 1e9);
  }

  /** The longest one after the server's return. */
  synchronized OptionalDouble longestSecondsAfterTheServersReturn() {
    return longestNanos.entrySet().stream()
        .filter(e -> e.getKey().stopsEverything())
        .mapToDouble(e -> e.getValue() / 1e9)
        .max();
  }

  /**
   * What has no figure because the server had its next trouble before anything moved. Each of these
   * stalls lasted at least as long as it was watched.
   */
  synchronized String cutShort() {
    String counted = "stalls cut short by the server's next trouble: %,d".formatted(cutShort);
    return cutShort == 0
        ? counted
        : counted + ", the longest after %.2f s".formatted(longestCutShortNanos / 1e9);
  }
}
