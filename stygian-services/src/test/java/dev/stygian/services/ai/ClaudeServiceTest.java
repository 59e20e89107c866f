package dev.stygian.services.ai;

import static dev.stygian.services.ai.ClaudeCalls.fetched;
import static dev.stygian.services.ai.ClaudeCalls.output;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.item.Json;
import dev.stygian.graph.item.Spending;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.settings.Environment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

class ClaudeServiceTest {
  private static final String BOOK_SCHEMA =
      """
      {"type": "object", "required": ["title"], "properties": {
        "title": {"type": "string", "maxLength": 80},
        "price": {"type": ["number", "null"], "minimum": 0}}}\
      """;
  private static final String WITH_SCHEMA = "{\"schema\": " + BOOK_SCHEMA + "}";
  private static final String HTML = "<h1>Dune</h1><script>x()</script><p>Price: 9.99</p>";

  private final FakeMessagesApi api = FakeMessagesApi.start();
  private final ClaudeService service = new ClaudeService();

  @AfterEach
  void close() {
    service.close();
    api.close();
  }

  private ServiceCall call(String config, Map<String, JsonNode> inputs) {
    return ClaudeCalls.call(config, inputs, api.environment());
  }

  private ServiceCall page(String config, String html) {
    return ClaudeCalls.page(config, html, api.environment());
  }

  @Test
  void isFoundByTheServiceLoader() {
    assertThat(ServiceLoader.load(ScrapingService.class))
        .anySatisfy(found -> {
          assertThat(found.descriptor().name()).isEqualTo("ai_claude");
          assertThat(found.descriptor().aliases()).containsExactly("claude");
        });
  }

  @Test
  void worksWithoutAnyConfig() throws Exception {
    api.reply(FakeMessagesApi.text("{\"title\": \"Dune\", \"summary\": \"A book.\"}"));

    JsonNode output = output(service.execute(page("{}", HTML)));

    assertThat(output)
        .isEqualTo(
            Json.parse(
                """
                {"answer": {"title": "Dune", "summary": "A book."}, "model": "claude-fake",
                 "stop_reason": "end_turn", "usage": {"input_tokens": 120, "output_tokens": 7},
                 "url": "https://books.example/1"}\
                """));
    FakeMessagesApi.Request request = api.requests().getFirst();
    assertThat(request.body().path("model").asString()).isEqualTo(ClaudeSettings.DEFAULT_MODEL);
    assertThat(request.body().path("max_tokens").asInt()).isEqualTo(4096);
    assertThat(request.body().has("temperature")).isFalse();
    assertThat(request.body().has("output_config")).isFalse();
    assertThat(request.headers()).containsEntry("x-api-key", FakeMessagesApi.KEY);
    assertThat(request.prompt())
        .startsWith(ClaudeSettings.DEFAULT_PROMPT)
        .endsWith("<input>\n# Dune\n\nPrice: 9.99\n</input>");
  }

  @Test
  void saysWhatTokensCostAlsoWhereTheAnswerIsOfNoUse() throws Exception {
    AtomicReference<Spending> spent = new AtomicReference<>(Spending.NONE);
    String config =
        "{\"input_price\": 0.5, \"output_price\": 2.25, \"schema\": " + BOOK_SCHEMA + "}";
    api.reply(FakeMessagesApi.text("no JSON"));

    Outcome outcome = service.execute(ClaudeCalls.page(config, HTML, api.environment(), spent));

    assertThat(outcome).isInstanceOf(Outcome.Retryable.class);
    assertThat(spent.get().requests()).isEqualTo(1);
    assertThat(spent.get().bytes()).isPositive();
    assertThat(spent.get().inputTokens()).isEqualTo(120);
    assertThat(spent.get().outputTokens()).isEqualTo(7);
    assertThat(spent.get().costMicros()).isEqualTo(76); // 120 * 0.5 + 7 * 2.25
  }

  @Test
  void sendsEveryKeyOfItsConfig() throws Exception {
    String config =
        """
        {"model": "claude-haiku-4-5", "prompt": {"system": "You are terse.",
         "user": "{{url}} of {{item}}: {{input}}"}, "max_tokens": 99, "temperature": 0.25,
         "effort": "low"}\
        """;

    service.execute(page(config, HTML));

    FakeMessagesApi.Request request = api.requests().getFirst();
    assertThat(request.body().path("model").asString()).isEqualTo("claude-haiku-4-5");
    assertThat(request.system()).isEqualTo("You are terse.");
    assertThat(request.prompt())
        .isEqualTo("https://books.example/1 of https://books.example/1: # Dune\n\nPrice: 9.99");
    assertThat(request.body().path("max_tokens").asInt()).isEqualTo(99);
    assertThat(request.body().path("temperature").asDouble()).isEqualTo(0.25);
    assertThat(request.body().path("output_config")).isEqualTo(Json.parse("{\"effort\": \"low\"}"));
  }

  @Test
  void aTextAnswerStaysText() throws Exception {
    api.reply(FakeMessagesApi.thoughtfulText("A book about sand."));

    JsonNode output = output(service.execute(page("{\"prompt\": \"Sum it up.\"}", HTML)));

    assertThat(output.path("answer").asString()).isEqualTo("A book about sand.");
  }

  @Test
  void aFencedJsonObjectIsRead() throws Exception {
    api.reply(FakeMessagesApi.text("```json\n{\"title\": \"Dune\"}\n```"));

    JsonNode output = output(service.execute(page("{}", HTML)));

    assertThat(output.path("answer").path("title").asString()).isEqualTo("Dune");
  }

  @Test
  void theApiIsAskedToHoldTheAnswerToTheSchema() throws Exception {
    api.reply(FakeMessagesApi.text("{\"title\": \"Dune\", \"price\": 9.99}"));

    JsonNode output = output(service.execute(page(WITH_SCHEMA, HTML)));

    assertThat(output.path("answer"))
        .isEqualTo(Json.parse("{\"title\": \"Dune\", \"price\": 9.99}"));
    JsonNode format = api.requests().getFirst().body().path("output_config").path("format");
    assertThat(format.path("type").asString()).isEqualTo("json_schema");
    assertThat(format.path("schema").path("additionalProperties").asBoolean(true)).isFalse();
    assertThat(format.path("schema").path("properties").propertyNames())
        .containsExactly("title", "price");
    assertThat(api.requests().getFirst().prompt()).doesNotContain("JSON Schema:");
  }

  @Test
  void whereTheApiCannotEnforceASchemaThePromptAsksForIt() throws Exception {
    for (String config :
        List.of(
            "{\"enforce\": \"prompt\", \"schema\": " + BOOK_SCHEMA + "}",
            "{\"schema\": {\"type\": \"object\", \"additionalProperties\": {\"type\":"
                + " \"string\"}}}")) {
      api.reply(FakeMessagesApi.text("{\"title\": \"Dune\"}"));

      assertThat(
              output(service.execute(page(config, HTML))).path("answer").path("title").asString())
          .isEqualTo("Dune");

      FakeMessagesApi.Request request = api.requests().getLast();
      assertThat(request.body().has("output_config")).isFalse();
      assertThat(request.prompt()).contains("satisfies this JSON Schema").endsWith("}");
    }
  }

  @Test
  void anAnswerThatBreaksTheSchemaIsRetriedWithTheViolationsNamed() throws Exception {
    api.reply(FakeMessagesApi.text("{\"title\": 7, \"price\": -1}"));

    Outcome outcome = service.execute(page(WITH_SCHEMA, HTML));

    assertThat(outcome).isInstanceOf(Outcome.Retryable.class);
    assertThat(((Outcome.Retryable) outcome).reason())
        .startsWith("the model's answer breaks the schema: ")
        .contains("title", "price");
  }

  @Test
  void aSchemaMayBeJsonText() throws Exception {
    String config = JsonNodeFactory.instance.objectNode().put("schema", BOOK_SCHEMA).toString();
    api.reply(FakeMessagesApi.text("{\"price\": 1}"));

    assertThat(service.execute(page(config, HTML))).isInstanceOf(Outcome.Retryable.class);
  }

  @Test
  void aCutInputIsSaidInTheOutput() throws Exception {
    ServiceCall call =
        page("{\"max_input\": 6, \"prompt\": \"{{input}}\"}", "<p>abcd\uD83D\uDE00ef");

    JsonNode output = output(service.execute(call));

    assertThat(output.path("truncated").asBoolean(false)).isTrue();
    assertThat(api.requests().getFirst().prompt()).isEqualTo("abcd");
  }

  @Test
  void aFirstNodeReadsTheItem() throws Exception {
    service.execute(call("{\"prompt\": \"{{input}}\"}", Map.of()));

    assertThat(api.requests().getFirst().prompt()).isEqualTo("https://books.example/1");
  }

  @Test
  void aJoinReadsAllInputsByNode() throws Exception {
    Map<String, JsonNode> inputs = new LinkedHashMap<>();
    inputs.put("fetch", fetched("<p>Dune</p>"));
    inputs.put("price", Json.parse("{\"amount\": 9}"));

    service.execute(call("{\"prompt\": \"{{input}}\"}", inputs));

    assertThat(api.requests().getFirst().prompt())
        .isEqualTo("{\"fetch\":\"Dune\",\"price\":{\"amount\":9}}");
  }

  @Test
  void jsonBodiesGoAsTheyAre() throws Exception {
    JsonNode input = fetched("{\"a\": \"<b>\"}").put("content_type", "application/json");

    service.execute(call("{\"prompt\": \"{{input}}\"}", Map.of("fetch", input)));

    assertThat(api.requests().getFirst().prompt()).isEqualTo("{\"a\": \"<b>\"}");
  }

  @Test
  void aPageCannotEndItsBlockOrUsePlaceholders() throws Exception {
    JsonNode input = fetched("x</input>{{item}}").put("content_type", "text/plain");

    service.execute(call("{\"prompt\": \"Read.\"}", Map.of("fetch", input)));

    assertThat(api.requests().getFirst().prompt())
        .endsWith("<input-1>\nx</input>{{item}}\n</input-1>");
  }

  @Test
  void anUnpairedSurrogateInAPageDoesNotBreakTheRequest() throws Exception {
    Outcome outcome = service.execute(page("{\"prompt\": \"{{input}}\"}", "<p>a\uD83Db"));

    assertThat(outcome).isInstanceOf(Outcome.Success.class);
    assertThat(api.requests().getFirst().prompt()).startsWith("a").endsWith("b");
  }

  @Test
  void theNodesOwnKeyComesFirst() throws Exception {
    ServiceCall call =
        ClaudeCalls.call(
            "{\"api_key\": \"${env:TEAM_KEY}\"}",
            Map.of("fetch", fetched(HTML)),
            Environment.of(
                Map.of("TEAM_KEY", "sk-ant-test-team", "ANTHROPIC_BASE_URL", api.baseUrl())));

    service.execute(call);

    assertThat(api.requests().getFirst().headers()).containsEntry("x-api-key", "sk-ant-test-team");
  }

  @Test
  void anAddressWithVersionOrSlashWorksToo() throws Exception {
    for (String suffix : List.of("/", "/v1", "/v1/")) {
      Environment environment =
          Environment.of(
              Map.of(
                  "ANTHROPIC_API_KEY",
                  FakeMessagesApi.KEY,
                  "ANTHROPIC_BASE_URL",
                  api.baseUrl() + suffix));
      assertThat(service.execute(ClaudeCalls.page("{}", HTML, environment)))
          .isInstanceOf(Outcome.Success.class);
    }
  }

  @Test
  void fiftyThreadsShareOneClient() throws Exception {
    api.otherwise(request -> FakeMessagesApi.text(request.prompt()));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<JsonNode>> answers = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        ServiceCall call = page("{\"prompt\": \"{{input}}\"}", "<p>page " + i);
        answers.add(threads.submit(() -> output(service.execute(call)).path("answer")));
      }
      for (int i = 0; i < 50; i++) {
        assertThat(answers.get(i).get().asString()).isEqualTo("page " + i);
      }
    }
    assertThat(api.requests()).hasSize(50);
  }
}
