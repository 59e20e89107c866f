package dev.stygian.graph.queue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** What one run of a {@link LocalWorkQueue} did to hosts. Guarded by the queue's lock. */
final class HostLog {
  private final TreeMap<String, Entry> byHost = new TreeMap<>();

  private static final class Entry {
    long requests;
    long bytes;
    long failures;
    long tooMany;
    long waits;
    long mostAtOnce;
    long smallestGap = Long.MAX_VALUE;

    HostCounts counts(String host) {
      Optional<Duration> gap =
          smallestGap == Long.MAX_VALUE
              ? Optional.empty()
              : Optional.of(Duration.ofMillis(smallestGap));
      return new HostCounts(host, requests, bytes, failures, tooMany, gap, mostAtOnce, waits);
    }
  }

  private Entry of(String host) {
    return byHost.computeIfAbsent(host, _ -> new Entry());
  }

  void waits(HostLane lane) {
    of(lane.host()).waits++;
  }

  void active(HostLane lane, int tasks) {
    Entry entry = of(lane.host());
    entry.mostAtOnce = Math.max(entry.mostAtOnce, tasks);
  }

  void visited(Visit visit, OptionalLong gap) {
    Entry entry = of(visit.host());
    entry.requests++;
    entry.bytes += visit.bytes();
    switch (visit.answer()) {
      case Visit.Answer.Fine _, Visit.Answer.Interval _, Visit.Answer.UnderWay _ -> {}
      case Visit.Answer.TooMany _ -> entry.tooMany++;
      case Visit.Answer.Failure() -> entry.failures++;
    }
    entry.smallestGap = Math.min(entry.smallestGap, gap.orElse(Long.MAX_VALUE));
  }

  List<HostCounts> counts() {
    return byHost.entrySet().stream().map(e -> e.getValue().counts(e.getKey())).toList();
  }
}
