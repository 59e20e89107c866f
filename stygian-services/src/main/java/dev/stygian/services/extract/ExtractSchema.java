package dev.stygian.services.extract;

import dev.stygian.graph.settings.ConfigSchema;
import dev.stygian.graph.settings.ConfigSchema.Report;
import dev.stygian.graph.settings.ValueType;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** The config keys of {@code extract}. What a field's table may have is {@link FieldCompiler}'s. */
final class ExtractSchema {
  static final String FIELDS = "fields";
  static final String FROM = "from";
  static final String PARSER = "parser";
  static final String ON_EMPTY = "on_empty";

  static final ConfigSchema SCHEMA =
      ConfigSchema.builder()
          .required(
              FIELDS,
              new ValueType.MapOf(new ValueType.Anything()),
              "the result's fields, each a CSS selector such as \"a.next@href\" or a table")
          .optional(
              FROM,
              new ValueType.Text(),
              "the key of the input that holds the page; after a join, a node's id")
          .withDefault(
              PARSER,
              new ValueType.Choice(List.of("auto", "html", "xml")),
              "auto",
              "how markup is read; auto goes by the content type")
          .withDefault(
              ON_EMPTY,
              new ValueType.Choice(List.of("flag", "fail", "keep")),
              "flag",
              "what becomes of a result without any value: flagged with _empty, failed, kept as it"
                  + " is")
          .check(ExtractSchema::check)
          .build();

  private ExtractSchema() {}

  private static void check(JsonNode table, Report report) {
    JsonNode fields = table.get(FIELDS);
    if (fields == null) {
      return;
    }
    FieldCompiler.compile(fields, report)
        .filter(FieldCompiler::readsJson)
        .filter(all -> !table.path(PARSER).asString("auto").equals("auto"))
        .ifPresent(all -> report.problem(List.of(PARSER), "the fields read JSON; remove parser"));
  }
}
