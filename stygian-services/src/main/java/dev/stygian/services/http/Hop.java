package dev.stygian.services.http;

import dev.stygian.graph.item.Json;
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
 */
record Hop(HttpUrl url, String method, Headers headers, Optional<RequestBody> body, int redirects) {
  static Hop first(HttpUrl url, HttpSettings settings) {
    return new Hop(url, settings.method(), settings.headers(), settings.body(), 0);
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

  /** Where a redirect leads, without the headers that must not go along. */
  Hop onward(HttpUrl target, boolean toGet, Set<String> dropped) {
    Headers.Builder kept = headers.newBuilder();
    dropped.forEach(kept::removeAll);
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
        redirects + 1);
  }

  /** Whether it can be gone on with from {@link #note} alone. */
  boolean isNotable() {
    return body.isEmpty() && (method.equals("GET") || method.equals("HEAD"));
  }

  /** What is kept of it while it waits for its host: no header, since one may be secret. */
  byte[] note() {
    return Json.bytes(
        JsonNodeFactory.instance
            .objectNode()
            .put("url", url.toString())
            .put("method", method)
            .put("redirects", redirects));
  }

  /** The hop of a note, which starts with the headers that may go from the first URL to its. */
  static Optional<Hop> ofNote(byte[] note, Hop first, HttpSettings settings) {
    JsonNode noted = Json.parse(new String(note, java.nio.charset.StandardCharsets.UTF_8));
    HttpUrl url = HttpUrl.parse(noted.path("url").asString());
    if (url == null) {
      return Optional.empty();
    }
    Set<String> dropped = first.isSameOrigin(url) ? Set.of() : settings.secretHeaders();
    Hop onward = first.onward(url, noted.path("method").asString().equals("GET"), dropped);
    return Optional.of(
        new Hop(
            onward.url,
            onward.method,
            onward.headers,
            onward.body,
            noted.path("redirects").asInt()));
  }
}
