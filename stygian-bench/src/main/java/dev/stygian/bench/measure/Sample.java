package dev.stygian.bench.measure;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** What one round of one contender gave, by column in the order of the table. */
public record Sample(Map<Column, Double> values) {
  public Sample {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  public static Sample of(Column column, double value) {
    return new Sample(Map.of(column, value));
  }

  /** This sample with a further column. */
  public Sample with(Column column, double value) {
    Map<Column, Double> more = new LinkedHashMap<>(values);
    more.put(column, value);
    return new Sample(more);
  }

  /** This sample with what each of its tasks cost; what was not measured is left out. */
  public Sample with(Usage cost, double tasks) {
    Sample more = with(Column.CLIENT_CPU, cost.clientCpuMicros() / tasks);
    if (cost.serverCpuMicros() > 0) {
      more = more.with(Column.SERVER_CPU, cost.serverCpuMicros() / tasks);
    }
    return cost.allocatedBytes() > 0
        ? more.with(Column.ALLOCATED, cost.allocatedBytes() / tasks)
        : more;
  }

  /** The value of a column that this sample has. */
  public double value(Column column) {
    Double value = values.get(column);
    if (value == null) {
      throw new IllegalArgumentException("no column " + column.key());
    }
    return value;
  }
}
