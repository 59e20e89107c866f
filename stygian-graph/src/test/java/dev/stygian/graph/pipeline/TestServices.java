package dev.stygian.graph.pipeline;

import dev.stygian.graph.settings.ConfigSchema;
import dev.stygian.graph.settings.ValueType;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Small schemas in the manner of the real services, with every type of value among them. */
final class TestServices {
  private static final ValueType TEXT = new ValueType.Text();

  private static final ConfigSchema NOOP = ConfigSchema.empty();

  private static final ConfigSchema HTTP =
      ConfigSchema.builder()
          .withDefault(
              "method", new ValueType.Choice(List.of("GET", "POST", "HEAD")), "GET", "The method")
          .optional("url", new ValueType.Url(), "Instead of the item's")
          .optional("headers", new ValueType.MapOf(TEXT), "Sent with each request")
          .optional("body", TEXT, "Sent with each request")
          .withDefault("timeout", new ValueType.Span(1, 3_600_000), "30s", "Of a request")
          .withDefault("redirects", new ValueType.Whole(0, 20), 5, "How many are followed")
          .withDefault("max_body", new ValueType.Bytes(1, 1L << 30), "5 MB", "Of a response")
          .optional("proxies", new ValueType.ListOf(new ValueType.Url()), "Taken in turn")
          .check((table, report) -> {
            if (table.has("body") && !table.path("method").asString("GET").equals("POST")) {
              report.problem(
                  List.of("body"), "a body is sent with POST only; set method = \"POST\"");
            }
          })
          .build();

  private static final ConfigSchema FIELD =
      ConfigSchema.builder()
          .optional("css", TEXT, "A selector")
          .optional("xpath", TEXT, "An expression")
          .withDefault("all", new ValueType.Flag(), false, "Whether all matches are taken")
          .optional("default", new ValueType.Anything(), "Where nothing matches")
          .check((table, report) -> {
            if (table.has("css") == table.has("xpath")) {
              report.problem(
                  List.of(), "a field needs either \"css\" or \"xpath\"; keep one of the two");
            } else if (table.path("css").asString("").endsWith(">")) {
              report.problem(
                  List.of("css"), "the selector ends in the middle; write what follows \">\"");
            }
          })
          .build();

  private static final ConfigSchema EXTRACT =
      ConfigSchema.builder()
          .required(
              "fields",
              new ValueType.MapOf(new ValueType.Either(List.of(TEXT, new ValueType.Table(FIELD)))),
              "What is extracted")
          .check((table, report) -> {
            if (table.path("fields").isEmpty()) {
              report.problem(List.of("fields"), "no fields; add one such as title = \"h1\"");
            }
          })
          .build();

  private static final ConfigSchema AI =
      ConfigSchema.builder()
          .optional("api_key", new ValueType.SecretText(), "Default: ANTHROPIC_API_KEY")
          .optional("model", TEXT, "The model")
          .optional("schema", new ValueType.Anything(), "JSON Schema of the answer")
          .withDefault("max_tokens", new ValueType.Whole(1, Long.MAX_VALUE), 1024, "Of the answer")
          .optional("temperature", new ValueType.Decimal(0, 1), "Of the answer")
          .build();

  private static final ConfigSchema BROKEN =
      ConfigSchema.builder()
          .check((table, report) -> {
            throw new IllegalStateException("a bug in somebody's service");
          })
          .build();

  static final Map<String, ConfigSchema> SCHEMAS =
      Map.of(
          "noop",
          NOOP,
          "split",
          NOOP,
          "http",
          HTTP,
          "rest-api",
          HTTP,
          "extract",
          EXTRACT,
          "ai_claude",
          AI,
          "broken",
          BROKEN);

  private TestServices() {}

  static Optional<String> canonical(String name) {
    return Optional.of(name.equals("rest-api") ? "http" : name).filter(SCHEMAS::containsKey);
  }

  static PipelineParser parser() {
    return new PipelineParser(SCHEMAS, TestServices::canonical, "split"::equals);
  }
}
