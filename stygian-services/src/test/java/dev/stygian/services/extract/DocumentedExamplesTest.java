package dev.stygian.services.extract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.stygian.graph.item.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/**
 * Executes docs/services/extract.md: each config on the last page above it, against the result or
 * the failure below it; and the tables of numbers and dates.
 */
class DocumentedExamplesTest {
  private static final Path DOCS = Path.of("..", "docs", "services", "extract.md");
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\w+(?: page)?)\\n(.*?)^```$");
  private static final Pattern NUMBER_ROWS = table("number");
  private static final Pattern DATE_ROWS = table("date");
  private static final Pattern ROW_HALF = Pattern.compile("\\| `([^`]+)` \\| ([^|]+?) (?=\\|)");

  private static Pattern table(String type) {
    return Pattern.compile("(?m)^\\| text \\| " + type + " \\|.*\\n.*\\n((?:\\|.*\\n)+)");
  }

  @TestFactory
  List<DynamicTest> eachExampleGivesWhatThePageSays() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    JsonNode page = Extracts.page("text/html", "");
    Optional<String> config = Optional.empty();
    for (MatchResult block : BLOCK.matcher(Files.readString(DOCS)).results().toList()) {
      String text = block.group(2);
      switch (block.group(1)) {
        case "html" -> page = Extracts.page("text/html", text);
        case "xml" -> page = Extracts.page("application/xml", text);
        case "json page" -> page = Extracts.page("application/json", text);
        case "toml" -> config = Optional.of(text);
        default -> {
          JsonNode input = page;
          String toml = config.orElseThrow();
          tests.add(dynamicTest(toml.lines().toList().getLast(), () -> check(toml, input, text)));
        }
      }
    }
    assertThat(tests).hasSizeGreaterThanOrEqualTo(10);
    return tests;
  }

  private static void check(String toml, JsonNode page, String expected) {
    JsonNode nodes = Extracts.config(toml).get("nodes");
    JsonNode node = nodes.isArray() ? nodes.get(0) : nodes;
    var outcome =
        Extracts.run(
            node.get("config"),
            java.util.Map.of("fetch", page),
            Json.parse("\"https://x.example\""));
    if (expected.startsWith("{")) {
      JsonNode output = Extracts.output(outcome);
      // compared as text: what counts is the JSON, not Jackson's node types
      assertThat(Json.pretty(output)).isEqualTo(Json.pretty(Json.parse(expected)));
    } else {
      assertThat(Extracts.failure(outcome)).isEqualTo(expected.strip());
    }
  }

  @Test
  void numbersAreReadAsTheTableSays() throws IOException {
    List<MatchResult> rows = rows(NUMBER_ROWS);
    assertThat(rows).hasSizeGreaterThanOrEqualTo(18);
    for (MatchResult row : rows) {
      assertThat(
              NumberText.parse(row.group(1), Optional.empty())
                  .map(JsonNode::toString)
                  .orElse("none"))
          .as(row.group(1))
          .isEqualTo(row.group(2));
    }
  }

  @Test
  void datesAreReadAsTheTableSays() throws IOException {
    List<MatchResult> rows = rows(DATE_ROWS);
    assertThat(rows).hasSizeGreaterThanOrEqualTo(12);
    for (MatchResult row : rows) {
      assertThat(DateText.parse(row.group(1), Optional.empty()).orElse("none"))
          .as(row.group(1))
          .isEqualTo(row.group(2));
    }
  }

  private static List<MatchResult> rows(Pattern table) throws IOException {
    var found = table.matcher(Files.readString(DOCS));
    assertThat(found.find()).isTrue();
    return ROW_HALF.matcher(found.group(1)).results().toList();
  }

  @Test
  void theKeysOfTheNodeAreAllDocumented() throws IOException {
    String docs = Files.readString(DOCS);
    assertThat(ExtractSchema.SCHEMA.names())
        .allSatisfy(key -> assertThat(docs).contains("| `" + key + "` |"));
    assertThat(FieldCompiler.KEYS)
        .allSatisfy(key -> assertThat(docs).contains("| `" + key + "` |"));
  }
}
