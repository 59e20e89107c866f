package dev.stygian.services.http;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import okhttp3.Headers;

/** How long a server asks to wait (RFC 9110, section 10.2.3). */
final class RetryAfter {
  /** More than this is not believed: a mistyped year must not park a task for good. */
  static final Duration LONGEST = Duration.ofDays(1);

  private RetryAfter() {}

  /**
   * Seconds, or a date: that is taken relative to the answer's own {@code Date}, so that a server's
   * wrong clock does no harm. Empty where the header is missing or unreadable.
   */
  static Optional<Duration> of(Headers headers, InstantSource clock) {
    String value = headers.get("Retry-After");
    if (value == null) {
      return Optional.empty();
    }
    String text = value.strip();
    if (!text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return Optional.of(
          text.length() > 6 ? LONGEST : within(Duration.ofSeconds(Long.parseLong(text))));
    }
    Instant until = headers.getInstant("Retry-After");
    if (until == null) {
      return Optional.empty();
    }
    Instant sent = headers.getInstant("Date");
    return Optional.of(within(Duration.between(sent == null ? clock.instant() : sent, until)));
  }

  private static Duration within(Duration wait) {
    if (wait.isNegative()) {
      return Duration.ZERO;
    }
    return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
  }
}
