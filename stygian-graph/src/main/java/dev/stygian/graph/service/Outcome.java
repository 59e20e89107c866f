package dev.stygian.graph.service;

import java.time.Duration;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * How one execution of a service ended. Reasons name no secret and say what to do where they can.
 */
public sealed interface Outcome {
  /** It worked; {@code output} goes to the next nodes. */
  record Success(JsonNode output) implements Outcome {}

  /** It may work later: 5xx, a dropped connection, a timeout. */
  record Retryable(String reason, Optional<Throwable> cause) implements Outcome {}

  /** It will never work as it is: 404, a required field that is missing. */
  record Permanent(String reason, Optional<Throwable> cause) implements Outcome {}

  /** The other side asks to wait; {@code retryAfter} is empty where it did not say how long. */
  record RateLimited(String reason, Optional<Duration> retryAfter) implements Outcome {}

  /**
   * Nothing came of it yet, and that is no failure: the time to start was over, or what it needs is
   * about to be there.
   *
   * @param sentNothing whether no host was visited
   * @param delay until it is worth to try again
   */
  record NotNow(boolean sentNothing, Duration delay) implements Outcome {}

  /**
   * It goes on at another host, whose pace has to be kept: in that host's lane, without an attempt
   * lost. The service has noted where, under {@link Fleet#task}.
   *
   * @param sentNothing whether no host was visited
   */
  record Elsewhere(Host host, boolean sentNothing) implements Outcome {}

  /**
   * What it needs is here by now, and no host has to be visited for it: it goes on outside of its
   * host's lane, without an attempt lost, and the start that it was granted is another task's. Not
   * to be returned where {@link ScrapingService#host} names a host for the same call.
   */
  record NoVisit() implements Outcome {}

  /** It worked, and the item has become those that it found: nothing of it goes on from here. */
  record Became() implements Outcome {}

  /** A rule forbids it, such as robots.txt; the item ends with that, and it is no error. */
  record Excluded(String reason) implements Outcome {}

  static Outcome success(JsonNode output) {
    return new Success(output);
  }

  static Outcome retryable(String reason) {
    return new Retryable(reason, Optional.empty());
  }

  static Outcome retryable(String reason, Throwable cause) {
    return new Retryable(reason, Optional.of(cause));
  }

  static Outcome permanent(String reason) {
    return new Permanent(reason, Optional.empty());
  }

  static Outcome permanent(String reason, Throwable cause) {
    return new Permanent(reason, Optional.of(cause));
  }

  static Outcome rateLimited(String reason) {
    return new RateLimited(reason, Optional.empty());
  }

  static Outcome rateLimited(String reason, Duration retryAfter) {
    return new RateLimited(reason, Optional.of(retryAfter));
  }
}
