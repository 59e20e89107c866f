package dev.stygian.services.ai;

import dev.stygian.graph.error.PayloadException;
import dev.stygian.graph.item.Json;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.settings.Spans;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Gives each way in which a call to the API can fail its type and its words. */
final class CallFailure {
  private final ClaudeSettings settings;

  CallFailure(ClaudeSettings settings) {
    this.settings = settings;
  }

  Outcome outcome(RuntimeException failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof ApiErrorException error) {
        return refused(error);
      } else if (at instanceof IOException io && !isJackson(io)) {
        return unreached(io);
      }
    }
    return Outcome.retryable(
        "what " + host() + " answered is no answer of the Messages API; check its address");
  }

  /** Not handed on as a cause: Jackson 2's exceptions are IOExceptions and quote the answer. */
  private static boolean isJackson(IOException e) {
    return e.getClass().getName().startsWith("com.fasterxml.jackson");
  }

  private Outcome unreached(IOException e) {
    if (e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException)) {
      return Outcome.retryable(
          "no answer from " + host() + " within " + Spans.format(settings.timeout()), e);
    }
    String detail = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return Outcome.retryable("the call to " + host() + " failed: " + brief(detail), e);
  }

  private Outcome refused(ApiErrorException error) {
    int status = error.statusCode();
    String said = "the Anthropic API answered " + status + words(error.body());
    return switch (status) {
      case 401, 403 ->
          Outcome.permanent(
              "the Anthropic API refused the key ("
                  + status
                  + "); check "
                  + ClaudeSettings.KEY_VARIABLE
                  + " or the node's api_key, and what the key may use");
      case 429 ->
          error
              .retryAfter()
              .map(wait -> Outcome.rateLimited(said, wait))
              .orElseGet(() -> Outcome.rateLimited(said));
      case 404 ->
          Outcome.permanent(said + "; check model (\"" + settings.model() + "\") and base_url");
      case 413 -> Outcome.permanent(said + "; lower max_input");
      case 408, 409, 425 -> Outcome.retryable(said);
      default -> status >= 500 ? Outcome.retryable(said) : Outcome.permanent(said + hint(error));
    };
  }

  private String hint(ApiErrorException error) {
    return settings.enforced() && error.body().contains("output_config")
        ? "; where the schema is the trouble, enforce = \"prompt\" asks for it in the prompt"
        : "";
  }

  /** The API's own message, bounded, and the request's id, which its support asks for. */
  private String words(String body) {
    JsonNode json = parsed(body).orElse(null);
    if (json == null) {
      return "";
    }
    String type = json.path("error").path("type").asString("");
    String message = json.path("error").path("message").asString("");
    String request = json.path("request_id").asString("");
    return (type.isEmpty() ? "" : " " + brief(type))
        + (message.isEmpty() ? "" : ": " + brief(message))
        + (request.isEmpty() ? "" : " (request " + brief(request) + ")");
  }

  private static Optional<JsonNode> parsed(@Nullable String body) {
    try {
      return body == null ? Optional.empty() : Optional.of(Json.parse(body));
    } catch (PayloadException e) {
      return Optional.empty();
    }
  }

  private String brief(String text) {
    String safe =
        settings.key().filter(k -> k.length() >= 4).map(k -> text.replace(k, "***")).orElse(text);
    return Utf8Limit.brief(safe);
  }

  private String host() {
    String host = URI.create(settings.baseUrl()).getHost();
    return host == null ? "the Anthropic API" : host;
  }
}
