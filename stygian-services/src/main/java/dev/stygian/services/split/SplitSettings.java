package dev.stygian.services.split;

import dev.stygian.graph.settings.Config;
import dev.stygian.graph.settings.ConfigSchema;
import dev.stygian.graph.settings.ValueType;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;

/**
 * What a node of {@code split} is told.
 *
 * @param field where in the input that stands which is split; empty: it is the input
 * @param format how it is read
 * @param at where the list stands in a JSON text
 * @param separator between the fields of a row of CSV
 */
record SplitSettings(Optional<String> field, Format format, JsonPointer at, char separator) {
  private static final String FIELD = "field";
  private static final String FORMAT = "format";
  private static final String AT = "at";
  private static final String SEPARATOR = "separator";
  private static final String BODY = "body";
  private static final String PACKED_BODY = "body_base64";
  private static final ValueType TEXT = new ValueType.Text();

  /** How what is split is read. */
  enum Format {
    LIST,
    JSON,
    JSONL,
    CSV,
    LINES,
    SITEMAP;

    static Format of(String word) {
      return switch (word) {
        case "json" -> JSON;
        case "jsonl" -> JSONL;
        case "csv" -> CSV;
        case "lines" -> LINES;
        case "sitemap" -> SITEMAP;
        default -> LIST;
      };
    }
  }

  static final ConfigSchema SCHEMA =
      ConfigSchema.builder()
          .optional(
              FIELD,
              TEXT,
              "where in the input that stands which is split: a field's name or a JSON Pointer;"
                  + " default: the input itself, or its body where a text is read")
          .withDefault(
              FORMAT,
              new ValueType.Choice(List.of("list", "json", "jsonl", "csv", "lines", "sitemap")),
              "list",
              "what it is: a list, or a text that holds one")
          .optional(AT, TEXT, "where the list stands in a text of JSON: a JSON Pointer")
          .optional(SEPARATOR, TEXT, "what stands between the fields of CSV; default: a comma")
          .check(SplitSettings::check)
          .build();

  private static void check(JsonNode table, ConfigSchema.Report report) {
    Format format = Format.of(table.path(FORMAT).asString("list"));
    checkPointer(FIELD, table, report, table.path(FIELD).asString("").startsWith("/"));
    checkPointer(AT, table, report, table.has(AT));
    if (table.has(AT) && format != Format.JSON) {
      report.problem(
          List.of(AT), "\"at\" is for texts of JSON; set format = \"json\", or leave it out");
    }
    if (table.has(SEPARATOR) && format != Format.CSV) {
      report.problem(
          List.of(SEPARATOR), "\"separator\" is for CSV; set format = \"csv\", or leave it out");
    }
    if (table.has(SEPARATOR) && !isSeparator(table.path(SEPARATOR).asString(""))) {
      report.problem(
          List.of(SEPARATOR), "\"separator\" must be one character, such as \";\" or \"\\t\"");
    }
  }

  private static boolean isSeparator(String text) {
    return text.length() == 1 && "\"\r\n".indexOf(text.charAt(0)) < 0;
  }

  private static void checkPointer(
      String key, JsonNode table, ConfigSchema.Report report, boolean isPointer) {
    String text = table.path(key).asString("");
    if (isPointer && !text.isEmpty() && !text.startsWith("/")) {
      report.problem(
          List.of(key),
          "\"" + key + "\" must be a JSON Pointer, which begins with \"/\": \"/" + text + "\"");
    }
  }

  static SplitSettings of(Config config) {
    return new SplitSettings(
        config.text(FIELD),
        Format.of(config.text(FORMAT).orElse("list")),
        JsonPointer.compile(config.text(AT).orElse("")),
        config.text(SEPARATOR).orElse(",").charAt(0));
  }

  /** What an input is split into. */
  Parts parts(JsonNode input) throws UnsplittableException {
    JsonNode value = value(input);
    if (format == Format.LIST) {
      if (!value.isArray()) {
        throw new UnsplittableException(
            what(input)
                + " is "
                + kind(value)
                + ", not a list; name the list with \"field\", or say with \"format\" how a text is"
                + " to be read");
      }
      return new Parts.Elements(value);
    }
    if (!value.isString()) {
      throw new UnsplittableException(
          what(input) + " is " + kind(value) + ", not a text; name the text with \"field\"");
    }
    String text = value.asString();
    return switch (format) {
      case LIST -> throw new IllegalStateException("a list is no text");
      case JSON -> new Parts.JsonText(text, at);
      case JSONL -> new Parts.JsonLines(text);
      case CSV -> new Parts.Csv(text, separator);
      case LINES -> new Parts.Lines(text);
      case SITEMAP ->
          new Parts.Sitemap(
              text, isPacked(input), location(input, "final_url").or(() -> location(input, "url")));
    };
  }

  private boolean isPacked(JsonNode input) {
    return field.map(PACKED_BODY::equals).orElse(!input.has(BODY) && input.has(PACKED_BODY));
  }

  private static Optional<String> location(JsonNode input, String key) {
    return Optional.of(input.path(key)).filter(JsonNode::isString).map(JsonNode::asString);
  }

  private JsonNode value(JsonNode input) throws UnsplittableException {
    if (field.isEmpty()) {
      if (format == Format.LIST || !input.isObject()) {
        return input;
      }
      return input.has(BODY) || format != Format.SITEMAP
          ? found(input, BODY)
          : found(input, PACKED_BODY);
    }
    return found(input, field.get());
  }

  private static JsonNode found(JsonNode input, String name) throws UnsplittableException {
    JsonNode found = name.startsWith("/") ? input.at(name) : input.path(name);
    if (found.isMissingNode()) {
      throw new UnsplittableException(
          "the input has no \"" + name + "\"; name what is to be split with \"field\"");
    }
    return found;
  }

  private String what(JsonNode input) {
    return field
        .map(name -> "\"" + name + "\"")
        .orElse(input.isObject() && format != Format.LIST ? "\"" + BODY + "\"" : "the input");
  }

  private static String kind(JsonNode value) {
    return switch (value.getNodeType()) {
      case ARRAY -> "a list";
      case OBJECT, POJO -> "an object";
      case STRING, BINARY -> "a text";
      case NUMBER -> "a number";
      case BOOLEAN -> "true or false";
      case NULL, MISSING -> "null";
    };
  }
}
