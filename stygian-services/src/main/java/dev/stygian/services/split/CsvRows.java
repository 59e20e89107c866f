package dev.stygian.services.split;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads the rows of CSV (RFC 4180): fields may stand in quotation marks, in which separators and
 * line ends are text and a doubled mark is one. The first row has the names; each further one
 * becomes an object of texts. Empty lines are passed over. For one reading.
 */
final class CsvRows {
  private static final char QUOTE = '"';

  private final String text;
  private final char separator;
  private int at;
  private long line = 1;

  CsvRows(String text, char separator) {
    this.text = text;
    this.separator = separator;
  }

  void read(PartSink sink) throws InterruptedException, UnsplittableException {
    Optional<List<String>> names = next();
    if (names.isEmpty()) {
      return;
    }
    if (new HashSet<>(names.get()).size() < names.get().size()) {
      throw new UnsplittableException("two columns of the CSV have one name; rename one of them");
    }
    Optional<List<String>> row = next();
    while (row.isPresent()) {
      sink.take(object(names.get(), row.get()));
      row = next();
    }
  }

  private ObjectNode object(List<String> names, List<String> row) throws UnsplittableException {
    if (row.size() != names.size()) {
      throw new UnsplittableException(
          "the row that ends before line "
              + line
              + " of the CSV has "
              + row.size()
              + " fields, its first row has "
              + names.size());
    }
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < names.size(); i++) {
      object.put(names.get(i), row.get(i));
    }
    return object;
  }

  /** The next row that is not empty. */
  private Optional<List<String>> next() throws UnsplittableException {
    while (at < text.length()) {
      if (endsLine()) {
        passLineEnd();
      } else {
        return Optional.of(row());
      }
    }
    return Optional.empty();
  }

  private List<String> row() throws UnsplittableException {
    List<String> fields = new ArrayList<>();
    fields.add(field());
    while (at < text.length() && text.charAt(at) == separator) {
      at++;
      fields.add(field());
    }
    if (at < text.length()) {
      passLineEnd();
    }
    return fields;
  }

  private String field() throws UnsplittableException {
    if (at < text.length() && text.charAt(at) == QUOTE) {
      return quoted();
    }
    int from = at;
    while (at < text.length() && text.charAt(at) != separator && !endsLine()) {
      at++;
    }
    return text.substring(from, at);
  }

  private String quoted() throws UnsplittableException {
    StringBuilder field = new StringBuilder();
    long begin = line;
    at++;
    while (at < text.length()) {
      char next = text.charAt(at);
      at++;
      if (next != QUOTE) {
        field.append(next);
        line += next == '\n' ? 1 : 0;
      } else if (at < text.length() && text.charAt(at) == QUOTE) {
        field.append(QUOTE);
        at++;
      } else if (at == text.length() || text.charAt(at) == separator || endsLine()) {
        return field.toString();
      } else {
        throw new UnsplittableException(
            "a field of the CSV goes on behind its closing quotation mark at line " + line);
      }
    }
    throw new UnsplittableException(
        "a quotation mark of the CSV at line " + begin + " is never closed");
  }

  private boolean endsLine() {
    return text.charAt(at) == '\n' || text.charAt(at) == '\r';
  }

  private void passLineEnd() {
    boolean isTwo = text.startsWith("\r\n", at);
    at += isTwo ? 2 : 1;
    line++;
  }
}
