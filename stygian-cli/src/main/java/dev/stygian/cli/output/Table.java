package dev.stygian.cli.output;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Columns of text; those whose cells are all numbers stand to the right. */
public final class Table {
  private static final String GAP = "  ";

  private final List<String[]> rows = new ArrayList<>();

  public Table(String... headings) {
    rows.add(headings);
  }

  public void row(String... cells) {
    if (cells.length != rows.getFirst().length) {
      throw new IllegalArgumentException("a row has as many cells as there are headings");
    }
    rows.add(Arrays.stream(cells).map(Spoken::line).toArray(String[]::new));
  }

  public List<String> lines() {
    int columns = rows.getFirst().length;
    int[] widths = new int[columns];
    boolean[] numbers = new boolean[columns];
    for (int c = 0; c < columns; c++) {
      int column = c;
      widths[c] = rows.stream().mapToInt(r -> r[column].length()).max().orElse(0);
      numbers[c] = rows.stream().skip(1).allMatch(r -> r[column].matches("[0-9.,]+"));
    }
    return rows.stream().map(row -> line(row, widths, numbers)).toList();
  }

  private static String line(String[] row, int[] widths, boolean[] numbers) {
    StringBuilder line = new StringBuilder();
    for (int c = 0; c < row.length; c++) {
      String padding = " ".repeat(widths[c] - row[c].length());
      line.append(c == 0 ? "" : GAP);
      line.append(numbers[c] ? padding + row[c] : row[c] + padding);
    }
    return line.toString().stripTrailing();
  }
}
