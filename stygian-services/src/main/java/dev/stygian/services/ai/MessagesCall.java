package dev.stygian.services.ai;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.anthropic.AnthropicChatModel;
import dev.langchain4j.model.anthropic.AnthropicChatResponseMetadata;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.stygian.graph.error.PayloadException;
import dev.stygian.graph.item.Json;
import dev.stygian.graph.item.Spending;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ServiceCall;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** One request to the Messages API and what its answer means. */
final class MessagesCall {
  private static final JsonMapper MAPPER = JsonMapper.shared();

  private final ClaudeSettings settings;
  private final MessagesTransport transport;
  private final Optional<ObjectNode> format;

  MessagesCall(ClaudeSettings settings, MessagesTransport transport) {
    this.settings = settings;
    this.transport = transport;
    this.format =
        settings.enforced() ? settings.schema().flatMap(OutputFormat::of) : Optional.empty();
  }

  Outcome ask(ServiceCall call, ModelInput input) throws InterruptedException {
    ChatResponse response;
    try {
      response = model(call).chat(messages(call, input));
    } catch (CallInterruptedException e) {
      throw (InterruptedException) new InterruptedException().initCause(e.getCause());
    } catch (RuntimeException e) {
      return new CallFailure(settings).outcome(e);
    }
    call.fleet().spent(spending(response));
    return outcome(response, input);
  }

  /** What the answer cost, whether it is of use or not. */
  private Spending spending(ChatResponse response) {
    int read = tokens(response.metadata().tokenUsage().inputTokenCount());
    int written = tokens(response.metadata().tokenUsage().outputTokenCount());
    int bytes =
        response.metadata() instanceof AnthropicChatResponseMetadata metadata
            ? metadata.rawHttpResponse().body().getBytes(UTF_8).length
            : 0;
    // a price is that of a million tokens, so that a token costs as many millionths
    long cost = Math.round(read * settings.inputPrice() + written * settings.outputPrice());
    return new Spending(1, bytes, read, written, cost);
  }

  /** A thin shell around the shared transport: cheap enough for each call to have its own. */
  private AnthropicChatModel model(ServiceCall call) {
    AnthropicChatModel.AnthropicChatModelBuilder builder =
        AnthropicChatModel.builder()
            .httpClientBuilder(
                transport.forCall(
                    settings.timeout(),
                    settings.operatorUrl() ? Optional.empty() : Optional.of(call.egress())))
            .baseUrl(settings.baseUrl())
            .apiKey(settings.key().orElseThrow())
            .modelName(settings.model())
            .maxTokens(settings.maxTokens())
            .maxRetries(0)
            .customParameters(outputConfig());
    settings.temperature().ifPresent(builder::temperature);
    return builder.build();
  }

  /**
   * The {@code output_config} of the request, handed over as it is: LangChain4j's own schema types
   * know a part of JSON Schema only.
   */
  private Map<String, Object> outputConfig() {
    Map<String, Object> config = new LinkedHashMap<>();
    settings.effort().ifPresent(effort -> config.put("effort", effort));
    format.ifPresent(schema ->
        config.put(
            "format",
            Map.of("type", "json_schema", "schema", MAPPER.convertValue(schema, Map.class))));
    return config.isEmpty() ? Map.of() : Map.of("output_config", config);
  }

  private List<ChatMessage> messages(ServiceCall call, ModelInput input) {
    String prompt = settings.prompt().fill(input, ModelInput.asText(call.item().input()));
    if (settings.schema().isPresent() && format.isEmpty()) {
      prompt +=
          "\n\nAnswer with one JSON value that satisfies this JSON Schema, and nothing else:\n"
              + settings.schema().get().json();
    }
    List<ChatMessage> messages = new ArrayList<>();
    settings.system().ifPresent(system -> messages.add(SystemMessage.from(system)));
    messages.add(UserMessage.from(prompt));
    return messages;
  }

  private Outcome outcome(ChatResponse response, ModelInput input) {
    JsonNode raw;
    try {
      raw = raw(response);
    } catch (PayloadException e) {
      return Outcome.retryable("the Anthropic API's answer cannot be read: " + e.getMessage(), e);
    }
    String stopReason = raw.path("stop_reason").asString("");
    switch (stopReason) {
      case "refusal" -> {
        return Outcome.permanent("the model refused to answer" + refusal(raw));
      }
      case "model_context_window_exceeded" -> {
        return Outcome.permanent(
            "the input is longer than the model "
                + settings.model()
                + " can read; lower max_input");
      }
      case "max_tokens" -> {
        if (settings.schema().isPresent() || !settings.ownPrompt()) {
          return Outcome.permanent(
              "the answer was cut off at max_tokens = "
                  + settings.maxTokens()
                  + "; raise max_tokens or ask for less");
        }
      }
      default -> {}
    }
    String text = Optional.ofNullable(response.aiMessage().text()).orElse("").strip();
    if (text.isEmpty()) {
      return Outcome.retryable(
          "the model answered without a text (stop_reason " + stopReason + ")");
    }
    return settings
        .schema()
        .map(schema -> checked(schema, text, response, stopReason, input))
        .orElseGet(() ->
            Outcome.success(
                output(
                    json(text)
                        .filter(JsonNode::isObject)
                        .orElseGet(() -> JsonNodeFactory.instance.stringNode(text)),
                    response,
                    stopReason,
                    input)));
  }

  private Outcome checked(
      AnswerSchema schema,
      String text,
      ChatResponse response,
      String stopReason,
      ModelInput input) {
    Optional<JsonNode> answer = json(text);
    if (answer.isEmpty()) {
      return Outcome.retryable("the model's answer is not JSON: " + Utf8Limit.brief(text));
    }
    String violations = schema.violations(answer.get());
    return violations.isEmpty()
        ? Outcome.success(output(answer.get(), response, stopReason, input))
        : Outcome.retryable("the model's answer breaks the schema: " + violations);
  }

  private ObjectNode output(
      JsonNode answer, ChatResponse response, String stopReason, ModelInput input) {
    ObjectNode output = JsonNodeFactory.instance.objectNode();
    output.set("answer", answer);
    output.put(
        "model", Optional.ofNullable(response.metadata().modelName()).orElse(settings.model()));
    output.put("stop_reason", stopReason);
    ObjectNode usage = output.putObject("usage");
    usage.put("input_tokens", tokens(response.metadata().tokenUsage().inputTokenCount()));
    usage.put("output_tokens", tokens(response.metadata().tokenUsage().outputTokenCount()));
    input.url().ifPresent(url -> output.put("url", url));
    if (input.truncated()) {
      output.put("truncated", true);
    }
    return output;
  }

  private static int tokens(@org.jspecify.annotations.Nullable Integer count) {
    return count == null ? 0 : count;
  }

  private static JsonNode raw(ChatResponse response) {
    return response.metadata() instanceof AnthropicChatResponseMetadata metadata
        ? Json.parse(metadata.rawHttpResponse().body())
        : JsonNodeFactory.instance.objectNode();
  }

  private static String refusal(JsonNode raw) {
    JsonNode details = raw.path("stop_details");
    String category = details.path("category").asString("");
    String explanation = details.path("explanation").asString("");
    return (category.isEmpty() ? "" : " (" + category + ")")
        + (explanation.isEmpty() ? "" : ": " + Utf8Limit.brief(explanation));
  }

  /** The JSON of a text that is nothing else, with or without a code fence around it. */
  private static Optional<JsonNode> json(String text) {
    String bare = text;
    if (text.startsWith("```") && text.endsWith("```") && text.indexOf('\n') > 0) {
      bare = text.substring(text.indexOf('\n'), text.length() - 3);
    }
    try {
      return Optional.of(Json.parse(bare));
    } catch (PayloadException e) {
      return Optional.empty();
    }
  }
}
