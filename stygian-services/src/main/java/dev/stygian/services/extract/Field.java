package dev.stygian.services.extract;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** One field of a record, compiled. Immutable and thread-safe. */
sealed interface Field {
  String name();

  Selector selector();

  /** Whether a page without it fails. */
  boolean required();

  /**
   * A value, or a list of values.
   *
   * @param attribute whose value is taken in place of the element's text
   * @param regex what of the text is taken
   * @param fallback stands where the field would be null or an empty list
   */
  record OfValue(
      String name,
      Selector selector,
      boolean required,
      boolean all,
      Optional<String> attribute,
      Optional<Pattern> regex,
      Conversion conversion,
      Optional<JsonNode> fallback)
      implements Field {}

  /** The number of matches. */
  record OfCount(String name, Selector selector, boolean required) implements Field {}

  /** A record, or a list of records, with selectors that start from each match. */
  record OfRecord(String name, Selector selector, boolean required, boolean all, List<Field> fields)
      implements Field {
    public OfRecord {
      fields = List.copyOf(fields);
    }
  }
}
