package dev.stygian.services.ai;

import dev.stygian.graph.settings.Config;
import dev.stygian.graph.settings.ConfigSchema;
import dev.stygian.graph.settings.ConfigSchema.Report;
import dev.stygian.graph.settings.Environment;
import dev.stygian.graph.settings.ValueType;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * The config of an {@code ai_claude} node, and the schema that declares it.
 *
 * @param ownPrompt whether the prompt is the user's, not the default
 * @param enforced whether the API is asked to hold the answer to the schema
 * @param key empty where neither the node nor the environment has one
 * @param operatorUrl whether the address is the operator's or the default, so that it may be
 *     private
 * @param inputPrice of a million tokens; 0 where none is given
 * @param outputPrice likewise
 */
record ClaudeSettings(
    String model,
    PromptTemplate prompt,
    boolean ownPrompt,
    Optional<String> system,
    Optional<AnswerSchema> schema,
    boolean enforced,
    int maxTokens,
    Optional<Double> temperature,
    Optional<String> effort,
    Duration timeout,
    long maxInput,
    boolean links,
    Optional<String> key,
    String baseUrl,
    boolean operatorUrl,
    double inputPrice,
    double outputPrice) {

  /** The fastest and cheapest current model: what reading pages by the thousand asks for. */
  static final String DEFAULT_MODEL = "claude-haiku-5-5";

  static final String KEY_VARIABLE = "ANTHROPIC_API_KEY";
  static final String URL_VARIABLE = "ANTHROPIC_BASE_URL";

  static final String DEFAULT_PROMPT =
      """
      Extract what this input is about. Answer with one JSON object and nothing else, no code \
      fence, with the keys "title" (its title, or null), "summary" (at most three sentences) and \
      "facts" (an object: the name and the value of each fact that it states, such as a price, an \
      author or a date). Take values from the input only; leave out what it does not say.\
      """;

  static final String DEFAULT_SCHEMA_PROMPT =
      "Extract from this input what the answer's schema asks for. Take values from the input only;"
          + " use null or leave out what it does not say, where the schema allows it.";

  private static final String DEFAULT_URL = "https://api.anthropic.com";

  static ConfigSchema schemaOfConfig() {
    ConfigSchema promptTable =
        ConfigSchema.builder()
            .optional("system", new ValueType.Text(), "What the model is told about its role.")
            .optional("user", new ValueType.Text(), "The prompt itself.")
            .build();
    return ConfigSchema.builder()
        .withDefault("model", new ValueType.Text(), DEFAULT_MODEL, "The model's id.")
        .optional(
            "prompt",
            new ValueType.Either(List.of(new ValueType.Text(), new ValueType.Table(promptTable))),
            "What to do with the input; {{input}}, {{url}} and {{item}} are filled in. Default:"
                + " extract what the schema asks for, or title, summary and facts as JSON.")
        .optional("system_prompt", new ValueType.Text(), "What the model is told about its role.")
        .optional(
            "schema",
            new ValueType.Anything(),
            "JSON Schema of the answer, as a table or as JSON text; every answer is checked.")
        .withDefault(
            "enforce",
            new ValueType.Choice(List.of("api", "prompt")),
            "api",
            "Whether the API holds the answer to the schema, or the prompt only asks for it.")
        .withDefault(
            "max_tokens", new ValueType.Whole(1, 1_000_000), 4096, "Most tokens of the answer.")
        .optional(
            "temperature",
            new ValueType.Decimal(0, 1),
            "Randomness; the models of Claude 5.5 refuse it.")
        .optional(
            "effort",
            new ValueType.Choice(List.of("low", "medium", "high", "xhigh", "max")),
            "How much the model thinks, where it can; default: the model's own.")
        .withDefault(
            "timeout", new ValueType.Span(1, 3_600_000), "120s", "Until the answer is complete.")
        .withDefault(
            "max_input", new ValueType.Bytes(1, 32L << 20), "200 KB", "Most of the input sent.")
        .forTheBooks(
            "input_price",
            new ValueType.Decimal(0, 1_000_000),
            "Price of a million tokens that are read, for the run's receipt.")
        .forTheBooks(
            "output_price",
            new ValueType.Decimal(0, 1_000_000),
            "Price of a million tokens that are written, likewise.")
        .withDefault("links", new ValueType.Flag(), false, "Keep the targets of links in HTML.")
        .optional(
            "api_key", new ValueType.SecretText(), "Instead of " + KEY_VARIABLE + " for this node.")
        .optional(
            "base_url",
            new ValueType.Url(),
            "Another endpoint with this API, with an api_key; " + URL_VARIABLE + " comes first.")
        .check(ClaudeSettings::check)
        .build();
  }

  private static void check(JsonNode table, Report report) {
    JsonNode prompt = table.path("prompt");
    if (prompt.isObject() && prompt.has("system") && table.has("system_prompt")) {
      report.problem(
          List.of("system_prompt"), "the system prompt is given twice; keep one of the two");
    }
    if (prompt.isObject()) {
      placeholders(prompt.path("user"), List.of("prompt", "user"), report);
    } else {
      placeholders(prompt, List.of("prompt"), report);
    }
    if (table.has("base_url") && !table.has("api_key")) {
      report.problem(
          List.of("base_url"),
          "the key of the workers is not sent to an address from a pipeline; add api_key");
    }
    if (table.has("schema")) {
      AnswerSchema.check(table.get("schema"), report);
    }
  }

  private static void placeholders(JsonNode text, List<String> path, Report report) {
    if (!text.isString()) {
      return;
    }
    for (String unknown : new PromptTemplate(text.asString()).unknown()) {
      report.problem(
          path, "nothing fills in {{" + unknown + "}}; use {{input}}, {{url}} or {{item}}");
    }
  }

  static ClaudeSettings of(Config config, Environment environment) {
    Optional<JsonNode> prompt = config.json("prompt");
    Optional<String> user =
        prompt.map(p -> p.isObject() ? p.path("user") : p).flatMap(ClaudeSettings::string);
    Optional<String> system =
        config
            .text("system_prompt")
            .or(() ->
                prompt
                    .map(p -> p.path("system"))
                    .flatMap(ClaudeSettings::string)
                    .map(config::resolve));
    Optional<AnswerSchema> schema = config.json("schema").map(AnswerSchema::of);
    String standard = schema.isPresent() ? DEFAULT_SCHEMA_PROMPT : DEFAULT_PROMPT;
    Optional<String> operatorUrl = environment.value(URL_VARIABLE).filter(u -> !u.isBlank());
    Optional<String> pipelineUrl = config.text("base_url");
    return new ClaudeSettings(
        config.requiredText("model"),
        new PromptTemplate(user.map(config::resolve).orElse(standard)),
        user.isPresent(),
        system.filter(s -> !s.isBlank()),
        schema,
        config.requiredText("enforce").equals("api"),
        Math.toIntExact(config.whole("max_tokens")),
        config.decimal("temperature"),
        config.text("effort"),
        config.duration("timeout"),
        config.bytes("max_input"),
        config.flag("links"),
        config.secret("api_key").or(() -> environment.value(KEY_VARIABLE)).map(String::strip),
        versioned(operatorUrl.or(() -> pipelineUrl).orElse(DEFAULT_URL)),
        operatorUrl.isPresent() || pipelineUrl.isEmpty(),
        config.decimal("input_price").orElse(0.0),
        config.decimal("output_price").orElse(0.0));
  }

  /** The SDKs' convention is an address without version; with one it is accepted too. */
  private static String versioned(String url) {
    String bare = url.strip().replaceAll("/+$", "");
    return bare.endsWith("/v1") ? bare : bare + "/v1";
  }

  private static Optional<String> string(JsonNode node) {
    return node.isString() ? Optional.of(node.asString()) : Optional.empty();
  }

  /** Shows no key. */
  @Override
  public String toString() {
    return "ClaudeSettings[model=" + model + ", baseUrl=" + baseUrl + "]";
  }
}
