package dev.stygian.services.ai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.item.Json;
import dev.stygian.graph.settings.Config;
import dev.stygian.graph.settings.ConfigSchema;
import dev.stygian.graph.settings.Environment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class ClaudeConfigTest {
  private static final ConfigSchema CONFIG = ClaudeSettings.schemaOfConfig();

  private static List<String> problems(String config) {
    List<String> found = new ArrayList<>();
    CONFIG
        .check()
        .check(
            Json.parse(config),
            (path, message) -> found.add(String.join(".", path) + ": " + message));
    return found;
  }

  @Test
  void aGoodConfigHasNoProblem() {
    assertThat(problems("{}")).isEmpty();
    assertThat(
            problems(
                """
                {"prompt": "Read {{input}} of {{ url }} and {{item}}",
                 "schema": {"type": "object", "properties": {"a": {"$ref": "#/$defs/a"}},
                            "$defs": {"a": {"type": "string"}}}}\
                """))
        .isEmpty();
    assertThat(problems("{\"schema\": \"{\\\"type\\\": \\\"object\\\"}\"}")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      value = {
        "{\"prompt\": \"{{imput}}\"} | prompt: nothing fills in {{imput}}; use {{input}}, {{url}}"
            + " or {{item}}",
        "{\"prompt\": {\"user\": \"{{x}}\"}} | prompt.user: nothing fills in {{x}}; use {{input}},"
            + " {{url}} or {{item}}",
        "{\"prompt\": {\"system\": \"a\"}, \"system_prompt\": \"b\"} | system_prompt: the system"
            + " prompt is given twice; keep one of the two",
        "{\"base_url\": \"https://x.example\"} | base_url: the key of the workers is not sent to an"
            + " address from a pipeline; add api_key",
        "{\"schema\": 7} | schema: a schema is a table; write one such as { type = \"object\" }",
        "{\"schema\": \"{\"} | schema: the schema is a string that holds no JSON:",
        "{\"schema\": {\"type\": \"strin\"}} | schema.type: not a valid JSON Schema:",
        "{\"schema\": {\"properties\": {\"a\": {\"minLength\": -1}}}} |"
            + " schema.properties.a.minLength: not a valid JSON Schema:",
        "{\"schema\": {\"$schema\": \"https://evil.example/s\"}} | schema.$schema: no JSON Schema"
            + " draft has this id; leave $schema out for draft 2020-12",
        "{\"schema\": {\"items\": {\"$ref\": \"http://127.0.0.1:1/s\"}}} | schema.items.$ref:"
            + " schemas are not fetched; put the definition under $defs and refer to it as"
            + " #/$defs/NAME",
        "{\"schema\": {\"$ref\": \"#/$defs/none\"}} | schema: not a usable JSON Schema:",
        "{\"schema\": {\"type\": \"string\", \"pattern\": \"(\"}} | schema"
      })
  void aBadConfigNamesItsPlace(String config, String problem) {
    assertThat(problems(config)).anySatisfy(found -> assertThat(found).startsWith(problem));
  }

  @Test
  void theEnvironmentsAddressComesBeforeThePipelines() {
    Config config =
        Config.of(
            CONFIG,
            (ObjectNode) Json.parse("{\"base_url\": \"https://a.example\", \"api_key\": \"k\"}"),
            Environment.of(Map.of()));

    ClaudeSettings fromPipeline = ClaudeSettings.of(config, Environment.of(Map.of()));
    ClaudeSettings fromOperator =
        ClaudeSettings.of(config, Environment.of(Map.of("ANTHROPIC_BASE_URL", "http://b.example")));

    assertThat(fromPipeline.baseUrl()).isEqualTo("https://a.example/v1");
    assertThat(fromPipeline.operatorUrl()).isFalse();
    assertThat(fromOperator.baseUrl()).isEqualTo("http://b.example/v1");
    assertThat(fromOperator.operatorUrl()).isTrue();
  }

  @Test
  void settingsShowNoKey() {
    Config config = Config.of(CONFIG, (ObjectNode) Json.parse("{}"), Environment.of(Map.of()));

    assertThat(
            ClaudeSettings.of(config, Environment.of(Map.of("ANTHROPIC_API_KEY", "sk-secret")))
                .toString())
        .doesNotContain("secret");
  }

  @Test
  void theDocsListEveryKey() throws Exception {
    String docs = Files.readString(Path.of("../docs/services/ai_claude.md"));

    assertThat(CONFIG.names()).allSatisfy(key -> assertThat(docs).contains("| `" + key + "` |"));
    assertThat(docs).contains("`" + ClaudeSettings.DEFAULT_MODEL + "`");
  }

  @Test
  void theDocsSchemaIsValid() throws Exception {
    String docs = Files.readString(Path.of("../docs/services/ai_claude.md"));
    String schema = docs.substring(docs.indexOf("schema = '''") + 12, docs.indexOf("'''\n```"));

    assertThat(problems(JsonNodeFactory.instance.objectNode().put("schema", schema).toString()))
        .isEmpty();
    assertThat(OutputFormat.of(AnswerSchema.of(Json.parse(schema)))).isPresent();
  }
}
