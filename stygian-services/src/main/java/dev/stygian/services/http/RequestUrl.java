package dev.stygian.services.http;

import dev.stygian.graph.service.ServiceCall;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;
import tools.jackson.databind.JsonNode;

/** Which URL a call means. */
sealed interface RequestUrl {
  Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*):");
  int SHOWN_CHARS = 200;

  /**
   * A URL to fetch.
   *
   * @param given as it stood, or resolved where it was relative
   */
  record Known(String given, HttpUrl url) implements RequestUrl {}

  /** None, or one that cannot be fetched; {@code reason} says why and what to do. */
  record Unusable(String reason) implements RequestUrl {}

  /** The predecessor's {@code url}, else the item's, else the config's. */
  static RequestUrl of(ServiceCall call) {
    Optional<String> given =
        call.input()
            .map(output -> output.path("url"))
            .filter(JsonNode::isString)
            .map(JsonNode::asString)
            .or(() -> call.item().url())
            .or(() -> call.config().text("url"))
            .map(String::strip);
    if (given.isEmpty()) {
      return new Unusable(
          "there is no URL to fetch: neither the predecessor's output nor the item has a \"url\","
              + " and the node's config has none; give it one of the three");
    }
    Matcher scheme = SCHEME.matcher(given.get());
    if (scheme.lookingAt()) {
      return absolute(given.get(), scheme.group(1));
    }
    if (call.site().isEmpty()) {
      return new Unusable(
          quote(given.get())
              + " is relative and the run serves no folder; write the whole URL, with https://");
    }
    HttpUrl resolved = HttpUrl.get(call.site().get().toString()).resolve(given.get());
    return resolved == null ? invalid(given.get()) : usable(resolved.toString(), resolved);
  }

  private static RequestUrl absolute(String given, String scheme) {
    if (!scheme.equalsIgnoreCase("http") && !scheme.equalsIgnoreCase("https")) {
      return new Unusable(
          quote(given) + " has the scheme \"" + scheme + "\"; only http and https are fetched");
    }
    HttpUrl url = HttpUrl.parse(given);
    return url == null ? invalid(given) : usable(given, url);
  }

  private static RequestUrl usable(String given, HttpUrl url) {
    return url.username().isEmpty() && url.password().isEmpty()
        ? new Known(given, url)
        : new Unusable(
            "the URL of host \""
                + url.host()
                + "\" holds a user name or password, which would be stored with the results; take"
                + " it out and set headers.Authorization = \"${env:NAME}\"");
  }

  private static RequestUrl invalid(String given) {
    return new Unusable(
        quote(given) + " is no valid URL; write one such as https://host/path?query");
  }

  private static String quote(String url) {
    return "\"" + (url.length() > SHOWN_CHARS ? url.substring(0, SHOWN_CHARS) + "…" : url) + "\"";
  }
}
