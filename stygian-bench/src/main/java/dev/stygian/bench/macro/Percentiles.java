package dev.stygian.bench.macro;

import dev.stygian.bench.measure.Column;
import dev.stygian.bench.measure.Sample;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** The waiting times of one stretch, in microseconds up to a minute. */
final class Percentiles {
  static final Column P50 = new Column("p50_millis", "p50 ms", 3);

  private static final Column P99 = new Column("p99_millis", "p99 ms", 3);
  private static final Column P999 = new Column("p999_millis", "p99.9 ms", 3);
  private static final Column MOST = new Column("max_millis", "max ms", 3);
  private static final Column RATE = new Column("per_second", "per second", 0);
  private static final long LONGEST_MICROS = 60_000_000;
  private static final int DIGITS = 3;

  private final Histogram micros = new Histogram(LONGEST_MICROS, DIGITS);

  /** Notes a time; what lies past a minute counts as a minute. */
  void note(long fromNanos, long toNanos) {
    micros.recordValue(Math.clamp((toNanos - fromNanos) / 1000, 0, LONGEST_MICROS));
  }

  /** As a round's figures; {@code perSecond} is how often something was sent. */
  Sample sample(double perSecond) {
    return new Sample(Map.of())
        .with(RATE, perSecond)
        .with(P50, at(50))
        .with(P99, at(99))
        .with(P999, at(99.9))
        .with(MOST, at(100));
  }

  private double at(double percentile) {
    return micros.getValueAtPercentile(percentile) / 1e3;
  }
}
