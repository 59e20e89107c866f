package dev.stygian.cli.output;

import dev.stygian.graph.error.OutputException;
import dev.stygian.graph.queue.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Comma-separated values (RFC 4180). A file has one header, so the first result decides: its fields
 * are columns, and what later results have besides goes as JSON into the last column, {@code more};
 * nothing is lost. Nested values are JSON, {@code null} is an empty cell.
 */
final class CsvFormat implements ResultFormat {
  private static final CSVFormat RFC_4180 =
      CSVFormat.RFC4180.builder().setRecordSeparator("\n").get();
  private static final List<String> BEFORE = List.of("item", "node", "attempts");
  private static final String REST = "more";

  private List<String> fields;

  private CsvFormat(List<String> fields) {
    this.fields = fields;
  }

  /** For a new file. */
  static CsvFormat create() {
    return new CsvFormat(List.of());
  }

  /**
   * For a file that has its header already.
   *
   * @throws OutputException where it has none
   */
  static CsvFormat ofFile(Path file) {
    try (CSVParser parser = CSVParser.parse(file, StandardCharsets.UTF_8, RFC_4180)) {
      List<String> header = parser.stream().findFirst().orElseThrow().toList();
      return new CsvFormat(header.subList(BEFORE.size(), header.size() - 1));
    } catch (IOException | RuntimeException e) {
      throw new OutputException(
          file + " has no header that this program wrote; name another file", e);
    }
  }

  @Override
  public byte[] head(Result first) {
    JsonNode output = first.output().decode();
    fields = output.properties().stream().map(field -> field.getKey()).toList();
    List<String> header = new ArrayList<>(BEFORE);
    header.addAll(fields);
    header.add(REST);
    return bytes(header);
  }

  @Override
  public byte[] line(Result result) {
    JsonNode output = result.output().decode();
    List<String> cells = new ArrayList<>();
    cells.add(cell(result.input().decode()));
    cells.add(result.node());
    cells.add(String.valueOf(result.attempts()));
    fields.forEach(field -> cells.add(output.has(field) ? cell(output.get(field)) : ""));
    cells.add(rest(output));
    return bytes(cells);
  }

  private String rest(JsonNode output) {
    if (!output.isObject()) {
      return cell(output);
    }
    Set<String> others = new TreeSet<>(output.propertyNames());
    fields.forEach(others::remove);
    if (others.isEmpty()) {
      return "";
    }
    ObjectNode rest = JsonNodeFactory.instance.objectNode();
    others.forEach(name -> rest.set(name, output.get(name)));
    return rest.toString();
  }

  private static String cell(JsonNode value) {
    if (value.isNull()) {
      return "";
    }
    return value.isString() ? value.asString() : value.toString();
  }

  private static byte[] bytes(List<String> cells) {
    return (RFC_4180.format(cells.toArray()) + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
