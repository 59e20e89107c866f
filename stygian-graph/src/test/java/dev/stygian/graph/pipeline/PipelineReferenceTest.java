package dev.stygian.graph.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.settings.ConfigKey;
import dev.stygian.graph.settings.ConfigSchema;
import dev.stygian.graph.settings.Spans;
import dev.stygian.graph.settings.ValueType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** The tables of docs/pipeline-file.md say what {@link PipelineSchema} says, and nothing else. */
class PipelineReferenceTest {
  private static final Path PAGE = Path.of("..", "docs", "pipeline-file.md");
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `([a-z_]+)` \\| (.*?) \\| (.*?) ?\\| .* \\|$");

  private static String page = "";

  private record Row(String type, String defaultValue) {}

  static Stream<Arguments> tables() {
    return Stream.of(
        Arguments.of("Top level", PipelineSchema.ROOT),
        Arguments.of("Execution", PipelineSchema.EXECUTION),
        Arguments.of("Input", PipelineSchema.INPUT),
        Arguments.of("Output", PipelineSchema.OUTPUT),
        Arguments.of("Politeness", PipelineSchema.POLITENESS),
        Arguments.of("When a run is over", PipelineSchema.ON_FINISH),
        Arguments.of("Some hosts", PipelineSchema.HOST_RULE),
        Arguments.of("Nodes", PipelineSchema.NODE),
        Arguments.of("Edges", PipelineSchema.EDGE));
  }

  @BeforeAll
  static void readThePage() throws IOException {
    page = Files.readString(PAGE);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("tables")
  void listsExactlyTheKeysThatThereAre(String heading, ConfigSchema schema) {
    assertThat(rows(heading).keySet()).containsExactlyElementsOf(schema.names());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("tables")
  void tellsTypesBoundsAndDefaults(String heading, ConfigSchema schema) {
    Map<String, Row> rows = rows(heading);
    List<String> wrong = new ArrayList<>();
    for (ConfigKey key : schema.keys()) {
      Row row = rows.getOrDefault(key.name(), new Row("", ""));
      String type = words(key.type());
      if (!type.isEmpty() && !row.type.equals(type)) {
        wrong.add(key.name() + " is a " + type + ", not " + row.type);
      }
      if (key.required() != row.defaultValue.equals("required")) {
        wrong.add(key.name() + " is " + (key.required() ? "" : "not ") + "required");
      }
      if (key.defaultValue().filter(v -> !isSame(row.defaultValue, key.type(), v)).isPresent()) {
        wrong.add("the default of " + key.name() + " is " + key.defaultValue().get());
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static Map<String, Row> rows(String heading) {
    int begin = page.indexOf("\n## " + heading + "\n");
    assertThat(begin).as("a section \"%s\"", heading).isNotNegative();
    int end = page.indexOf("\n## ", begin + 1);
    Map<String, Row> rows = new LinkedHashMap<>();
    ROW.matcher(page.substring(begin, end))
        .results()
        .forEach(row ->
            rows.put(row.group(1), new Row(row.group(2), row.group(3).replace("`", "").strip())));
    return rows;
  }

  /** As the page has it; empty where any words will do. */
  private static String words(ValueType type) {
    return switch (type) {
      case ValueType.Text _, ValueType.SecretText _ -> "text";
      case ValueType.Flag _ -> "true, false";
      case ValueType.Whole(long min, long max) ->
          String.format(Locale.ROOT, "whole number, %,d to %,d", min, max);
      case ValueType.Span(long min, long max) ->
          "duration, "
              + Spans.format(Duration.ofMillis(min))
              + " to "
              + Spans.format(Duration.ofMillis(max));
      case ValueType.Bytes(long min, long max) ->
          "size, " + TypeWords.size(min) + " to " + TypeWords.size(max);
      case ValueType.Choice(List<String> words) ->
          words.stream().map(w -> "`" + w + "`").collect(Collectors.joining(", "));
      case ValueType.ListOf(ValueType element) ->
          element instanceof ValueType.Table ? "list of tables" : "list of texts";
      default -> "";
    };
  }

  private static boolean isSame(String shown, ValueType type, JsonNode value) {
    return switch (type) {
      case ValueType.Span _ -> Spans.duration(shown).equals(Spans.duration(value.asString()));
      case ValueType.Bytes _ -> Spans.bytes(shown) == value.asLong();
      default -> shown.replace(",", "").equals(value.asString(value.toString()));
    };
  }
}
