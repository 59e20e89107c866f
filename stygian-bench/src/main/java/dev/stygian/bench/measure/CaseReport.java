package dev.stygian.bench.measure;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a case found, as a Markdown table and as JSON.
 *
 * @param name of the case
 * @param title what was done, with its sizes
 * @param notes what else there is to say, a sentence each
 */
public record CaseReport(String name, String title, List<Row> rows, List<String> notes) {
  public CaseReport {
    rows = List.copyOf(rows);
    notes = List.copyOf(notes);
  }

  /** A heading, the table in aligned columns, and the notes. */
  public String markdown() {
    List<Column> columns = columns();
    List<List<String>> lines = new ArrayList<>();
    List<String> headings = new ArrayList<>(List.of(name));
    columns.forEach(c -> headings.add(c.heading()));
    lines.add(headings);
    for (Row row : rows) {
      List<String> line = new ArrayList<>(List.of(row.name()));
      columns.forEach(c -> line.add(row.cell(c).map(s -> s.text(c.decimals())).orElse("")));
      lines.add(line);
    }
    StringBuilder text = new StringBuilder("### " + name + ": " + title + "\n\n");
    int[] widths = new int[headings.size()];
    for (int i = 0; i < widths.length; i++) {
      int cell = i;
      widths[i] = lines.stream().mapToInt(l -> l.get(cell).length()).max().orElse(0);
    }
    for (int i = 0; i < lines.size(); i++) {
      text.append(line(lines.get(i), widths));
      if (i == 0) {
        text.append(ruler(widths));
      }
    }
    notes.forEach(note -> text.append('\n').append(note).append('\n'));
    return text.toString();
  }

  /** One object: the case, its rows by column key, its notes. */
  public ObjectNode json() {
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    all.put("case", name).put("title", title);
    var list = all.putArray("rows");
    for (Row row : rows) {
      ObjectNode one = list.addObject().put("name", row.name());
      row.cells()
          .forEach((column, spread) ->
              one.putObject(column.key())
                  .put("median", spread.median())
                  .put("min", spread.least())
                  .put("max", spread.most()));
    }
    var said = all.putArray("notes");
    notes.forEach(said::add);
    return all;
  }

  /** Each column that any row has, in the order of their first appearance; the ratio last. */
  private List<Column> columns() {
    Set<Column> found = new LinkedHashSet<>();
    rows.forEach(row -> found.addAll(row.cells().keySet()));
    List<Column> sorted = new ArrayList<>(found);
    if (sorted.remove(Column.RATIO)) {
      sorted.add(Column.RATIO);
    }
    return sorted;
  }

  /** The first column to the left, numbers to the right. */
  private static String line(List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder("|");
    for (int i = 0; i < widths.length; i++) {
      String padding = " ".repeat(widths[i] - cells.get(i).length());
      line.append(' ').append(i == 0 ? cells.get(i) + padding : padding + cells.get(i));
      line.append(" |");
    }
    return line.append('\n').toString();
  }

  private static String ruler(int[] widths) {
    StringBuilder line = new StringBuilder("|");
    for (int i = 0; i < widths.length; i++) {
      String dashes = "-".repeat(Math.max(3, widths[i]));
      line.append(' ').append(i == 0 ? dashes : dashes.substring(1) + ":").append(" |");
    }
    return line.append('\n').toString();
  }

  /** Several reports one below the other. */
  public static String markdown(List<CaseReport> reports) {
    return reports.stream().map(CaseReport::markdown).collect(Collectors.joining("\n"));
  }
}
