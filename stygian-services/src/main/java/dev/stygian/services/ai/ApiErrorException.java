package dev.stygian.services.ai;

import dev.langchain4j.exception.HttpException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An answer of the Messages API with an error status; carries what LangChain4j's own type drops.
 */
final class ApiErrorException extends HttpException {
  private static final long serialVersionUID = 1L;

  private final String body;
  private final @Nullable Duration retryAfter;

  ApiErrorException(int status, String body, Optional<Duration> retryAfter) {
    super(status, "status " + status);
    this.body = body;
    this.retryAfter = retryAfter.orElse(null);
  }

  String body() {
    return body;
  }

  Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
