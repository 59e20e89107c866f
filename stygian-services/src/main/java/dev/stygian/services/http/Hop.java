package dev.stygian.services.http;

import dev.stygian.graph.item.Json;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.RequestBody;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * One request on the way to a page: the first, or one that a redirect leads to.
 *
 * @param redirects how many led here
 * @param strayed whether one of them led to another origin: from then on no secret header goes
 *     along
 */
record Hop(
    HttpUrl url,
    String method,
    Headers headers,
    Optional<RequestBody> body,
    int redirects,
    boolean strayed) {
  static Hop first(HttpUrl url, HttpSettings settings) {
    return new Hop(url, settings.method(), settings.headers(), settings.body(), 0, false);
  }

  Request request() {
    return new Request.Builder()
        .url(url)
        .headers(headers)
        .method(method, body.orElse(null))
        .build();
  }

  boolean isSameOrigin(HttpUrl other) {
    return url.scheme().equals(other.scheme())
        && url.host().equals(other.host())
        && url.port() == other.port();
  }

  /** Where a redirect leads. */
  Hop onward(HttpUrl target, boolean toGet, Set<String> secretHeaders) {
    return reached(target, toGet, redirects + 1, strayed || !isSameOrigin(target), secretHeaders);
  }

  private Hop reached(
      HttpUrl target, boolean toGet, int times, boolean strays, Set<String> secretHeaders) {
    Headers.Builder kept = headers.newBuilder();
    if (strays) {
      secretHeaders.forEach(kept::removeAll);
    }
    if (toGet) {
      headers.names().stream()
          .filter(name -> name.toLowerCase(Locale.ROOT).startsWith("content-"))
          .forEach(kept::removeAll);
    }
    return new Hop(
        target,
        toGet ? "GET" : method,
        kept.build(),
        toGet ? Optional.empty() : body,
        times,
        strays);
  }

  /** What is kept of it while it waits for its host: neither headers nor body may be stored. */
  byte[] note() {
    return Json.bytes(
        JsonNodeFactory.instance
            .objectNode()
            .put("url", url.toString())
            .put("method", method)
            .put("body", body.isPresent())
            .put("redirects", redirects)
            .put("strayed", strayed));
  }

  /** The hop of a note, with what the first one has of its headers and body. */
  static Optional<Hop> ofNote(byte[] note, Hop first, HttpSettings settings) {
    JsonNode noted = Json.parse(new String(note, StandardCharsets.UTF_8));
    HttpUrl url = HttpUrl.parse(noted.path("url").asString());
    boolean toGet =
        !noted.path("method").asString().equals(first.method)
            || noted.path("body").asBoolean() != first.body.isPresent();
    return Optional.ofNullable(url)
        .map(target ->
            first.reached(
                target,
                toGet,
                noted.path("redirects").asInt(),
                noted.path("strayed").asBoolean(),
                settings.secretHeaders()));
  }
}
