package dev.stygian.services.cache;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import okhttp3.CacheControl;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;

/**
 * A stored response without its body, and how long it is fresh (RFC 9111, sections 4.2 and 4.3).
 *
 * @param headers those that are stored
 * @param received when it was received, or confirmed
 * @param initialAge how old it was then
 * @param selecting stands for the values that the request had of the headers in {@code Vary}
 * @param line stands for what is stored of one URL: other responses that were selected by other
 *     values
 */
public record StoredHead(
    int status,
    Headers headers,
    Instant received,
    Duration initialAge,
    String selecting,
    String line) {
  /** A response that does not say how long it is fresh is believed for at most that long. */
  private static final Duration LONGEST_GUESS = Duration.ofDays(1);

  private static final int GUESSED_PART = 10;

  /** They belong to the stored body, whatever comes with a 304. */
  private static final Set<String> OF_THE_BODY =
      Set.of("content-encoding", "content-type", "content-length", "content-range");

  /** A response as it comes from its site, to a request that was sent then. */
  public static StoredHead of(
      int status, Headers response, Instant sent, Instant received, String selecting, String line) {
    return new StoredHead(
        status,
        Storing.kept(response),
        received,
        initialAge(response, sent, received),
        selecting,
        line);
  }

  /** The names in {@code Vary}. */
  public Set<String> varying() {
    return Storing.varying(headers);
  }

  /** The same as what a 304 says of it. */
  public StoredHead confirmed(Headers by, Instant sent, Instant receivedNow) {
    Headers.Builder updated = headers.newBuilder();
    Headers said = Storing.kept(by);
    for (String name : said.names()) {
      if (!OF_THE_BODY.contains(name.toLowerCase(Locale.ROOT))) {
        updated.removeAll(name);
        said.values(name).forEach(value -> updated.addUnsafeNonAscii(name, value));
      }
    }
    return new StoredHead(
        status, updated.build(), receivedNow, initialAge(by, sent, receivedNow), selecting, line);
  }

  /** Whether a 304 means this response: it may name another one that the site believes is here. */
  public boolean isMeantBy(Headers notModified) {
    String named = notModified.get("ETag");
    String own = headers.get("ETag");
    return named == null || own == null || opaque(named).equals(opaque(own));
  }

  private static String opaque(String tag) {
    String stripped = tag.strip();
    return stripped.startsWith("W/") ? stripped.substring(2) : stripped;
  }

  /** How old the response is by now. A clock that is behind the one that stored it counts as it. */
  public Duration age(Instant now) {
    Duration stored = Duration.between(received, now);
    return initialAge.plus(stored.isNegative() ? Duration.ZERO : stored);
  }

  /** For how long it is fresh, from its making at the site on. */
  public Duration lifetime() {
    CacheControl said = CacheControl.parse(headers);
    if (said.sMaxAgeSeconds() >= 0) {
      return Duration.ofSeconds(said.sMaxAgeSeconds());
    }
    if (said.maxAgeSeconds() >= 0) {
      return Duration.ofSeconds(said.maxAgeSeconds());
    }
    Instant date = dateOr(headers, received);
    if (headers.get("Expires") != null) {
      Instant expires = headers.getInstant("Expires");
      return expires == null ? Duration.ZERO : positive(Duration.between(date, expires));
    }
    Instant modified = headers.getInstant("Last-Modified");
    if (modified == null || !Storing.isHeuristic(status, said)) {
      return Duration.ZERO;
    }
    Duration guess = positive(Duration.between(modified, date)).dividedBy(GUESSED_PART);
    return guess.compareTo(LONGEST_GUESS) > 0 ? LONGEST_GUESS : guess;
  }

  /** Whether it may be used for a request without asking the site. */
  public boolean isFresh(Instant now, Headers request) {
    CacheControl said = CacheControl.parse(headers);
    CacheControl wanted = CacheControl.parse(request);
    Duration age = age(now);
    return !said.noCache()
        && !wanted.noCache()
        && (wanted.maxAgeSeconds() < 0
            || age.compareTo(Duration.ofSeconds(wanted.maxAgeSeconds())) <= 0)
        && lifetime().compareTo(age.plusSeconds(Math.max(0, wanted.minFreshSeconds()))) > 0;
  }

  /** Whether a site can be asked if it is still the same. */
  public boolean hasValidator() {
    return headers.get("ETag") != null || headers.getInstant("Last-Modified") != null;
  }

  /** What makes of a request one that asks whether this response is still the same. */
  public Headers conditions() {
    Headers.Builder conditions = new Headers.Builder();
    add(conditions, "If-None-Match", headers.get("ETag"));
    if (headers.getInstant("Last-Modified") != null) {
      add(conditions, "If-Modified-Since", headers.get("Last-Modified"));
    }
    return conditions.build();
  }

  private static void add(Headers.Builder to, String name, @Nullable String value) {
    if (value != null) {
      to.addUnsafeNonAscii(name, value);
    }
  }

  /** For how long it is worth to be stored, at most so long; empty: not at all. */
  public Optional<Duration> worth(Instant now, Duration most) {
    if (hasValidator()) {
      return Optional.of(most);
    }
    Duration left = lifetime().minus(age(now));
    return CacheControl.parse(headers).noCache() || left.compareTo(Duration.ofSeconds(1)) < 0
        ? Optional.empty()
        : Optional.of(left.compareTo(most) < 0 ? left : most);
  }

  private static Duration initialAge(Headers response, Instant sent, Instant received) {
    Duration apparent = positive(Duration.between(dateOr(response, received), received));
    Duration corrected = ageSaid(response).plus(positive(Duration.between(sent, received)));
    return apparent.compareTo(corrected) > 0 ? apparent : corrected;
  }

  private static Duration ageSaid(Headers response) {
    String age = response.get("Age");
    String digits = age == null ? "" : age.strip();
    return digits.matches("[0-9]{1,10}")
        ? Duration.ofSeconds(Long.parseLong(digits))
        : Duration.ZERO;
  }

  private static Instant dateOr(Headers response, Instant otherwise) {
    Instant date = response.getInstant("Date");
    return date == null ? otherwise : date;
  }

  private static Duration positive(Duration duration) {
    return duration.isNegative() ? Duration.ZERO : duration;
  }
}
