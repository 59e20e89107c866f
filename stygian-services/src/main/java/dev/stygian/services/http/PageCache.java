package dev.stygian.services.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stygian.graph.service.Fleet;
import dev.stygian.graph.settings.Sha256;
import dev.stygian.services.cache.StoredHead;
import dev.stygian.services.cache.StoredResponse;
import dev.stygian.services.cache.Storing;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import okhttp3.Headers;
import okhttp3.HttpUrl;

/**
 * What sites answered before, as one execution sees it: a cache that all executions of a pipeline
 * share (RFC 9111), in the fleet's notes. Off where the config does not ask for it; then it finds
 * nothing and stores nothing.
 *
 * <p>A response is noted under a digest of pipeline, method and URL. Of responses that vary with
 * request headers, the first lies there too; others lie beside it, under a digest of what selected
 * them. They name the first one's line, so when that is gone nobody finds them, until they end.
 */
final class PageCache {
  private static final Set<String> CACHED_METHODS = Set.of("GET", "HEAD");
  private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS");

  /** With these a request asks for something else than the page as it is. */
  private static final List<String> ASKS_FOR_ELSE =
      List.of(
          "Range",
          "If-Range",
          "If-Match",
          "If-None-Match",
          "If-Modified-Since",
          "If-Unmodified-Since");

  private static final int NAME_BYTES = 18;
  private static final Duration SHORTEST = Duration.ofSeconds(1);

  private final Fleet fleet;
  private final String pipeline;
  private final HttpSettings settings;
  private final InstantSource clock;
  private final Optional<CacheSettings> on;

  PageCache(Fleet fleet, String pipeline, HttpSettings settings, InstantSource clock) {
    this.fleet = fleet;
    this.pipeline = pipeline;
    this.settings = settings;
    this.clock = clock;
    this.on = settings.cache();
  }

  /**
   * What is known of a hop's response.
   *
   * @param name where it is noted, or would be
   * @param first what lies under the page's own name
   * @param stored the response, if one is stored that this node could use
   */
  record Known(String name, Optional<StoredHead> first, Optional<StoredResponse> stored) {
    static final Known NOTHING = new Known("", Optional.empty(), Optional.empty());
  }

  /** What is stored for a hop, fresh or not. */
  Known find(Hop hop) {
    if (!isCached(hop)) {
      return Known.NOTHING;
    }
    String page = name(hop.method(), hop);
    Optional<StoredResponse> first = fleet.note(page).flatMap(StoredResponse::of);
    if (first.isEmpty()) {
      return new Known(page, Optional.empty(), Optional.empty());
    }
    StoredHead head = first.get().head();
    String selecting = selecting(page, head.varying(), hop);
    if (head.selecting().equals(selecting)) {
      return new Known(page, Optional.of(head), first.filter(this::isUsable));
    }
    String beside = beside(page, head.line(), selecting);
    return new Known(
        beside,
        Optional.of(head),
        fleet
            .note(beside)
            .flatMap(StoredResponse::of)
            .filter(other -> other.head().selecting().equals(selecting))
            .filter(this::isUsable));
  }

  /** The response that answers a hop without a request. */
  Optional<StoredResponse> fresh(Known known, Hop hop) {
    return known.stored().filter(response -> isFresh(response.head(), hop));
  }

  /** Whether a hop needs no request. Reads no bodies. */
  boolean answers(Hop hop) {
    if (!isCached(hop)) {
      return false;
    }
    String page = name(hop.method(), hop);
    Optional<StoredHead> first = headAt(page);
    if (first.isEmpty()) {
      return false;
    }
    String selecting = selecting(page, first.get().varying(), hop);
    Optional<StoredHead> own =
        first.get().selecting().equals(selecting)
            ? first
            : headAt(beside(page, first.get().line(), selecting))
                .filter(head -> head.selecting().equals(selecting));
    return own.filter(head -> isTaken(head) && isFresh(head, hop)).isPresent();
  }

  private Optional<StoredHead> headAt(String name) {
    return fleet.noteStart(name, StoredResponse.START_BYTES).flatMap(StoredResponse::headOf);
  }

  private boolean isCached(Hop hop) {
    return on.isPresent()
        && CACHED_METHODS.contains(hop.method())
        && ASKS_FOR_ELSE.stream().allMatch(name -> hop.headers().get(name) == null);
  }

  private boolean isFresh(StoredHead head, Hop hop) {
    return on.filter(cache -> !cache.revalidate()).isPresent()
        && head.isFresh(clock.instant(), hop.headers());
  }

  private boolean isUsable(StoredResponse response) {
    return isTaken(response.head()) && response.body().length <= settings.maxBodyBytes();
  }

  private boolean isTaken(StoredHead head) {
    return isTaken(head.status(), head.headers());
  }

  /** Redirects are stored without their bodies, so only where they are followed. */
  private boolean isTaken(int status, Headers headers) {
    return settings.follows(status, headers)
        || (settings.takes(status) && !HttpSettings.REDIRECTS.contains(status));
  }

  /** Books the site's answer to a hop: it is stored, or takes the place of what was. */
  void answered(Hop hop, Known known, int status, Headers headers, byte[] body, Exchange times) {
    if (!isCached(hop)) {
      invalidate(hop, status);
      return;
    }
    String page = name(hop.method(), hop);
    Set<String> varying = Storing.varying(headers);
    Optional<StoredHead> sibling = known.first().filter(first -> first.varying().equals(varying));
    String name = sibling.isPresent() ? known.name() : page;
    StoredHead head =
        StoredHead.of(
            status,
            headers,
            times.sent(),
            times.received(),
            selecting(page, varying, hop),
            sibling.map(StoredHead::line).orElseGet(PageCache::newLine));
    boolean isStored =
        isTaken(status, headers)
            && Storing.mayStore(hop.headers(), hasCredentials(hop), status, headers)
            && put(name, new StoredResponse(head, body));
    if (!isStored && status < 500 && status != 408 && status != 429 && known.stored().isPresent()) {
      fleet.forget(known.name()); // the site has something newer
    }
  }

  /** When a request was sent, and when its answer began to come. */
  record Exchange(Instant sent, Instant received) {}

  /** What is stored, as a 304 confirms it. */
  StoredResponse confirmed(Known known, Hop hop, Headers by, Exchange times) {
    StoredResponse was = known.stored().orElseThrow();
    StoredHead head = was.head().confirmed(by, times.sent(), times.received());
    String selecting = selecting(name(hop.method(), hop), head.varying(), hop);
    return new StoredResponse(
        new StoredHead(
            head.status(),
            head.headers(),
            head.received(),
            head.initialAge(),
            selecting,
            head.line()),
        was.body());
  }

  /** Stores what was confirmed. */
  void keep(Known known, Hop hop, StoredResponse confirmed) {
    boolean isStored =
        Storing.mayStore(
                hop.headers(),
                hasCredentials(hop),
                confirmed.head().status(),
                confirmed.head().headers())
            && put(known.name(), confirmed);
    if (!isStored) {
      fleet.forget(known.name());
    }
  }

  /** What is stored is not what the site believes. */
  void forget(Known known) {
    fleet.forget(known.name());
  }

  private boolean put(String name, StoredResponse response) {
    CacheSettings cache = on.orElseThrow();
    Optional<Duration> ttl = response.head().worth(clock.instant(), cache.ttl());
    if (ttl.isEmpty() || response.body().length > cache.maxBodyBytes() || showsSecret(response)) {
      return false;
    }
    Duration lives = ttl.get().compareTo(SHORTEST) < 0 ? SHORTEST : ttl.get();
    return response
        .bytes()
        .filter(bytes -> fleet.putNoteOn(shelf(), cache.maxTotalBytes(), name, bytes, lives))
        .isPresent();
  }

  /** A site may answer with what it was asked with. */
  private boolean showsSecret(StoredResponse response) {
    return settings.mask().masks(response.head().headers().toString())
        || settings.mask().masks(new String(response.body(), UTF_8));
  }

  private boolean hasCredentials(Hop hop) {
    return settings.mask().masks(hop.url().toString())
        || settings.secretHeaders().stream()
            .anyMatch(name -> !name.equals("host") && hop.headers().get(name) != null);
  }

  /** What changes a page ends what is stored of it (section 4.4). */
  private void invalidate(Hop hop, int status) {
    if (on.isPresent() && !SAFE_METHODS.contains(hop.method()) && status < 400) {
      CACHED_METHODS.forEach(method -> fleet.forget(name(method, hop)));
    }
  }

  private String shelf() {
    return "pages " + pipeline;
  }

  private String name(String method, Hop hop) {
    HttpUrl url = hop.url().newBuilder().fragment(null).build();
    String host = hop.headers().get("Host");
    return "page/" + digest(pipeline, method, url.toString(), host == null ? "" : host);
  }

  private static String beside(String page, String line, String selecting) {
    return "page/" + digest(page, line, selecting);
  }

  /** Stands for a request's values of these headers; tells nothing of them. */
  private static String selecting(String page, Set<String> varying, Hop hop) {
    return digest(
        page,
        varying.stream()
            .map(name ->
                name
                    + ": "
                    + hop.headers().values(name).stream()
                        .map(String::strip)
                        .collect(Collectors.joining(", ")))
            .collect(Collectors.joining("\n")));
  }

  private static String digest(String... parts) {
    byte[] digest = Sha256.of(String.join("\n\n", parts).getBytes(UTF_8));
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(Arrays.copyOf(digest, NAME_BYTES));
  }

  /** Unlike any that was before; of no other consequence. */
  private static String newLine() {
    return Long.toHexString(ThreadLocalRandom.current().nextLong());
  }
}
