package dev.stygian.services.ai;

import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.service.ServiceDescriptor;
import dev.stygian.graph.settings.Environment;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * {@code ai_claude}: asks a Claude model about the node's input and puts out its answer, checked
 * against a schema where the node has one. Every way in which a call can fail has its type: see
 * {@code docs/services/ai_claude.md}.
 */
public final class ClaudeService implements ScrapingService {
  private static final ServiceDescriptor DESCRIPTOR =
      new ServiceDescriptor(
          "ai_claude",
          List.of("claude"),
          "Extracts structured data with Anthropic's Claude models.",
          ClaudeSettings.schemaOfConfig());

  private @Nullable MessagesTransport transport;

  /** Made by {@link java.util.ServiceLoader}. */
  public ClaudeService() {}

  @Override
  public ServiceDescriptor descriptor() {
    return DESCRIPTOR;
  }

  @Override
  public Optional<String> unavailable(Environment where) {
    Optional<String> key = where.value(ClaudeSettings.KEY_VARIABLE).map(String::strip);
    if (key.isEmpty() || key.get().isEmpty()) {
      return Optional.of(
          ClaudeSettings.KEY_VARIABLE + " is not set; set it to an Anthropic API key");
    }
    return key.filter(Predicate.not(ClaudeService::isHeaderValue))
        .map(k ->
            ClaudeSettings.KEY_VARIABLE
                + " holds characters that no API key has; set it to an Anthropic API key");
  }

  @Override
  public Outcome execute(ServiceCall call) throws InterruptedException {
    ClaudeSettings settings = ClaudeSettings.of(call.config(), call.config().environment());
    if (settings.key().filter(ClaudeService::isHeaderValue).isEmpty()) {
      return Outcome.retryable(
          "this worker has no usable Anthropic API key; set "
              + ClaudeSettings.KEY_VARIABLE
              + " where it starts, or api_key in the node's config");
    }
    ModelInput input = ModelInput.of(call, settings.maxInput(), settings.links());
    if (input.text().isBlank()) {
      return Outcome.permanent("the input has no text, so there is nothing to ask the model about");
    }
    return new MessagesCall(settings, transport()).ask(call, input);
  }

  /** One client for all calls, built by the first. */
  private synchronized MessagesTransport transport() {
    if (transport == null) {
      transport = new MessagesTransport();
    }
    return transport;
  }

  private static boolean isHeaderValue(String key) {
    return !key.isEmpty() && key.chars().allMatch(c -> c > ' ' && c < 0x7f);
  }

  @Override
  public synchronized void close() {
    if (transport != null) {
      transport.close();
    }
  }
}
