package dev.stygian.services.ai;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.stygian.graph.item.Json;
import dev.stygian.graph.settings.Environment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The Messages API on a free loopback port. It records every request and answers from a script:
 * first the replies that were queued, then {@link #otherwise}'s. Requests that the real API refuses
 * (another path, no key, no model) are refused alike.
 *
 * <pre>{@code
 * try (FakeMessagesApi api = FakeMessagesApi.start()) {
 *   api.reply(FakeMessagesApi.text("{\"title\": \"A book\"}"));
 *   ... environment: api.environment() or ANTHROPIC_BASE_URL=api.baseUrl(), ANTHROPIC_API_KEY=KEY
 *   assertThat(api.requests()).hasSize(1);
 * }
 * }</pre>
 */
public final class FakeMessagesApi implements AutoCloseable {
  public static final String KEY = "sk-ant-test-0123456789abcdef";

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Queue<Reply> script = new ConcurrentLinkedQueue<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final CountDownLatch released = new CountDownLatch(1);
  private volatile Function<Request, Reply> otherwise = request -> text("{\"title\": \"Fake\"}");

  /** One request, as it came. Header names are in lower case. */
  public record Request(Map<String, String> headers, JsonNode body) {
    /** The text of the only user message. */
    public String prompt() {
      return textOf(body.path("messages").path(0).path("content"));
    }

    /** The system prompt; empty where none was sent. */
    public String system() {
      return textOf(body.path("system"));
    }

    private static String textOf(JsonNode content) {
      return content.isArray() ? content.path(0).path("text").asString("") : content.asString("");
    }
  }

  /** What comes back. */
  public sealed interface Reply {
    /** A complete HTTP response. */
    record Response(int status, Map<String, String> headers, String body) implements Reply {}

    /** Headers, then nothing until {@link FakeMessagesApi#release()} or the end. */
    record Held(Reply after) implements Reply {}

    /** The connection is closed without an answer. */
    record HangUp() implements Reply {}
  }

  private FakeMessagesApi(HttpServer server) {
    this.server = server;
  }

  public static FakeMessagesApi start() {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      FakeMessagesApi api = new FakeMessagesApi(server);
      server.setExecutor(api.threads);
      server.createContext("/", api::handle);
      server.start();
      return api;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What {@code ANTHROPIC_BASE_URL} has to be. */
  public String baseUrl() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  public Map<String, String> variables() {
    return Map.of("ANTHROPIC_API_KEY", KEY, "ANTHROPIC_BASE_URL", baseUrl());
  }

  public Environment environment() {
    return Environment.of(variables());
  }

  /** Queues a reply for the next request that has none yet. */
  public FakeMessagesApi reply(Reply reply) {
    script.add(reply);
    return this;
  }

  /** What is answered when nothing is queued. */
  public FakeMessagesApi otherwise(Function<Request, Reply> answer) {
    otherwise = answer;
    return this;
  }

  public List<Request> requests() {
    return List.copyOf(requests);
  }

  /** Lets held replies go on. */
  public void release() {
    released.countDown();
  }

  public static Reply text(String text) {
    return message("end_turn", textBlock(text));
  }

  /** An answer as of a model that thinks first. */
  public static Reply thoughtfulText(String text) {
    ObjectNode thinking = JSON.objectNode();
    thinking.put("type", "thinking").put("thinking", "Hm.").put("signature", "c2ln");
    return message("end_turn", thinking, textBlock(text));
  }

  public static Reply toolUse(String tool, JsonNode input) {
    ObjectNode use = JSON.objectNode();
    use.put("type", "tool_use").put("id", "toolu_1").put("name", tool);
    use.set("input", input);
    return message("tool_use", use);
  }

  /** An answer that reached {@code max_tokens}. */
  public static Reply cutOff(String text) {
    return message("max_tokens", textBlock(text));
  }

  public static Reply stopped(String reason, String text) {
    return message(reason, textBlock(text));
  }

  public static Reply refusal(String category, String explanation) {
    ObjectNode body = body("refusal");
    body.putObject("stop_details")
        .put("type", "refusal")
        .put("category", category)
        .put("explanation", explanation);
    return new Reply.Response(200, Map.of(), body.toString());
  }

  public static Reply error(int status, String type, String message) {
    ObjectNode body = JSON.objectNode().put("type", "error");
    body.putObject("error").put("type", type).put("message", message);
    body.put("request_id", "req_fake");
    return new Reply.Response(status, Map.of(), body.toString());
  }

  public static Reply rateLimited(String retryAfter) {
    Reply.Response error =
        (Reply.Response)
            error(429, "rate_limit_error", "Number of requests has exceeded your limit");
    return new Reply.Response(429, Map.of("retry-after", retryAfter), error.body());
  }

  public static Reply overloaded() {
    return error(529, "overloaded_error", "Overloaded");
  }

  public static Reply garbage(String body) {
    return new Reply.Response(200, Map.of(), body);
  }

  public static Reply held() {
    return new Reply.Held(text("late"));
  }

  public static Reply hangUp() {
    return new Reply.HangUp();
  }

  private static Reply message(String stopReason, ObjectNode... blocks) {
    ObjectNode body = body(stopReason);
    for (ObjectNode block : blocks) {
      body.withArray("content").add(block);
    }
    return new Reply.Response(200, Map.of(), body.toString());
  }

  private static ObjectNode body(String stopReason) {
    ObjectNode body = JSON.objectNode();
    body.put("id", "msg_fake").put("type", "message").put("role", "assistant");
    body.put("model", "claude-fake").put("stop_reason", stopReason).putNull("stop_sequence");
    body.putArray("content");
    body.putObject("usage").put("input_tokens", 120).put("output_tokens", 7);
    return body;
  }

  private static ObjectNode textBlock(String text) {
    return JSON.objectNode().put("type", "text").put("text", text);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] bytes = exchange.getRequestBody().readAllBytes();
      Map<String, String> headers = new java.util.TreeMap<>();
      exchange
          .getRequestHeaders()
          .forEach((name, values) ->
              headers.put(name.toLowerCase(java.util.Locale.ROOT), values.getFirst()));
      Optional<Reply> refused = refused(exchange, headers);
      if (refused.isPresent()) {
        send(exchange, refused.get());
        return;
      }
      Request request = new Request(headers, Json.parse(bytes));
      requests.add(request);
      Reply scripted = script.poll();
      send(exchange, scripted != null ? scripted : otherwise.apply(request));
    }
  }

  private static Optional<Reply> refused(HttpExchange exchange, Map<String, String> headers) {
    if (!exchange.getRequestURI().getPath().equals("/v1/messages")
        || !exchange.getRequestMethod().equals("POST")) {
      return Optional.of(error(404, "not_found_error", "Not found"));
    }
    if (!headers.getOrDefault("x-api-key", "").startsWith("sk-ant-test-")) {
      return Optional.of(error(401, "authentication_error", "invalid x-api-key"));
    }
    return headers.containsKey("anthropic-version")
        ? Optional.empty()
        : Optional.of(error(400, "invalid_request_error", "anthropic-version: header is required"));
  }

  private void send(HttpExchange exchange, Reply reply) throws IOException {
    switch (reply) {
      case Reply.Response(int status, Map<String, String> headers, String body) -> {
        headers.forEach(exchange.getResponseHeaders()::set);
        exchange.getResponseHeaders().set("content-type", "application/json");
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
      }
      case Reply.Held(Reply after) -> {
        try {
          released.await();
          send(exchange, after);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt(); // close() ends the server
        }
      }
      case Reply.HangUp() -> throw new IOException("hang up");
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
