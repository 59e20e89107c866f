package dev.stygian.bench.measure;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A line of a case's table: a contender and its figures. */
public record Row(String name, Map<Column, Spread> cells) {
  public Row {
    cells = Collections.unmodifiableMap(new LinkedHashMap<>(cells));
  }

  /** The figures of a contender over its rounds. */
  public static Row of(String name, List<Sample> rounds) {
    Map<Column, Spread> cells = new LinkedHashMap<>();
    for (Column column : rounds.getFirst().values().keySet()) {
      cells.put(column, Spread.of(rounds.stream().map(r -> r.value(column)).toList()));
    }
    return new Row(name, cells);
  }

  /** This row with a further column. */
  public Row with(Column column, Spread value) {
    Map<Column, Spread> more = new LinkedHashMap<>(cells);
    more.put(column, value);
    return new Row(name, more);
  }

  Optional<Spread> cell(Column column) {
    return Optional.ofNullable(cells.get(column));
  }

  /** The median of a column that this row has. */
  public double median(Column column) {
    return cell(column)
        .orElseThrow(() -> new IllegalArgumentException("no column " + column.key()))
        .median();
  }
}
