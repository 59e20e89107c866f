package dev.stygian.bench.chaos;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * When hosts were visited, held against their pace. All times are of the machine's monotonic clock,
 * which its processes share, and no shift of a time of day moves. Neither check can be wrong about
 * a queue that keeps its promises:
 *
 * <ul>
 *   <li>A visit is noted with the moment before it asked whether it may begin. It was granted
 *       before that, and no sooner than an interval after the last one had begun, which is after
 *       that one had asked. So two that asked within an interval were granted too soon, whatever
 *       happened to either of them.
 *   <li>A visit whose output is seen was leased from before its begin until after its end: else it
 *       would have been fenced off. So those that are seen overlap no more than the host allows.
 *       Where a worker was fenced off, nobody can say until when its visit held its place, so
 *       others do not count.
 * </ul>
 */
final class HostTimes {
  /** The server counts in whole milliseconds, and rounds twice. */
  private static final Duration ROUNDING = Duration.ofMillis(2);

  private final List<Pace> paces;
  private final Times[] begun;
  private final Times[] from;
  private final Times[] to;

  /**
   * How a host may be visited.
   *
   * @param interval between two begins; zero: any time
   * @param concurrency how many visits at once
   */
  record Pace(String host, Duration interval, int concurrency) {}

  /** Numbers that become more and more. */
  private static final class Times {
    private long[] values = new long[16];
    private int size;

    void add(long value) {
      if (size == values.length) {
        values = Arrays.copyOf(values, 2 * size);
      }
      values[size] = value;
      size++;
    }

    long[] sorted() {
      long[] all = Arrays.copyOf(values, size);
      Arrays.sort(all);
      return all;
    }
  }

  /** Of hosts that are numbered in this order. */
  HostTimes(List<Pace> paces) {
    this.paces = List.copyOf(paces);
    this.begun = times(paces.size());
    this.from = times(paces.size());
    this.to = times(paces.size());
  }

  private static Times[] times(int hosts) {
    Times[] all = new Times[hosts];
    Arrays.setAll(all, _ -> new Times());
    return all;
  }

  /** A visit was begun, by whomever. */
  void begun(int host, long nanos) {
    begun[host].add(nanos);
  }

  /** A visit is seen in a result. */
  void seen(int host, long fromNanos, long toNanos) {
    from[host].add(fromNanos);
    to[host].add(toNanos);
  }

  /** What holds, once all visits were told of. */
  List<Finding> findings() {
    return List.of(intervals(), overlaps());
  }

  private Finding intervals() {
    Wrongs wrongs = new Wrongs();
    long tightest = Long.MAX_VALUE;
    long visits = 0;
    for (int host = 0; host < begun.length; host++) {
      Duration interval = paces.get(host).interval();
      long[] times = begun[host].sorted();
      visits += times.length;
      for (int i = 1; i < times.length && interval.isPositive(); i++) {
        long gap = times[i] - times[i - 1];
        tightest = Math.min(tightest, gap - interval.toNanos());
        if (gap < interval.minus(ROUNDING).toNanos()) {
          wrongs.add(
              "%s was visited twice within %.1f ms".formatted(paces.get(host).host(), gap / 1e6));
        }
      }
    }
    String tight =
        tightest == Long.MAX_VALUE
            ? ""
            : ", the closest two %.1f ms beyond their interval".formatted(tightest / 1e6);
    return new Finding(
        "No host is visited more often than it allows",
        wrongs.isEmpty(),
        wrongs.detail("%,d visits of %d hosts%s".formatted(visits, begun.length, tight)));
  }

  private Finding overlaps() {
    Wrongs wrongs = new Wrongs();
    int most = 0;
    for (int host = 0; host < from.length; host++) {
      Pace pace = paces.get(host);
      int peak = peak(from[host].sorted(), to[host].sorted());
      most = Math.max(most, peak);
      if (peak > pace.concurrency()) {
        wrongs.add(
            "%s had %d visits at once instead of %d"
                .formatted(pace.host(), peak, pace.concurrency()));
      }
    }
    return new Finding(
        "No host has more visits at once than it allows",
        wrongs.isEmpty(),
        wrongs.detail("at most %d, among those whose output is seen".formatted(most)));
  }

  /** How many are between their begins and ends at once; both are sorted. */
  private static int peak(long[] begins, long[] ends) {
    int ended = 0;
    int most = 0;
    for (int begin = 0; begin < begins.length; begin++) {
      while (ended < ends.length && ends[ended] <= begins[begin]) {
        ended++;
      }
      most = Math.max(most, begin + 1 - ended);
    }
    return most;
  }
}
