package dev.stygian.services.http;

import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.item.Json;
import dev.stygian.graph.service.EgressRule;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.settings.Config;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import okhttp3.Headers;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * One call's config with its references resolved; lives as long as the call.
 *
 * @param body empty where the request has none
 * @param secretHeaders lower-case names of headers that another origin must not see
 * @param secretBody whether another origin must not see the body
 * @param mask hides what was resolved
 */
record HttpSettings(
    String method,
    Headers headers,
    Optional<RequestBody> body,
    Set<String> secretHeaders,
    boolean secretBody,
    Duration timeout,
    Duration connectTimeout,
    boolean followRedirects,
    int maxRedirects,
    long maxBodyBytes,
    Optional<ProxyServer> proxy,
    Optional<Charset> charset,
    Set<Integer> acceptStatus,
    Optional<CacheSettings> cache,
    EgressRule rule,
    Mask mask) {

  static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  private static final List<String> KEYS_WITH_SECRETS =
      List.of("url", "headers", "body", "json", "user_agent", "proxy");
  private static final Set<String> CREDENTIALS =
      Set.of("authorization", "cookie", "proxy-authorization", "host");

  static HttpSettings of(ServiceCall call, String defaultUserAgent) {
    Config config = call.config();
    String method = config.requiredText("method");
    Headers headers = headers(config, defaultUserAgent);
    return new HttpSettings(
        method,
        headers,
        body(call, method, headers),
        secretHeaders(config),
        config.json("body").map(Mask::hasReference).orElse(false)
            || config.json("json").map(Mask::hasReference).orElse(false),
        config.duration("timeout"),
        config.duration("connect_timeout"),
        config.flag("follow_redirects"),
        Math.toIntExact(config.whole("max_redirects")),
        config.bytes("max_body"),
        config.secret("proxy").map(HttpSettings::proxy),
        config.text("charset").map(HttpSettings::charset),
        acceptStatus(config),
        CacheSettings.of(config),
        new EgressRule(
            call.egress().allowPrivate() || config.flag("allow_private"), call.egress().allowed()),
        Mask.of(config, KEYS_WITH_SECRETS));
  }

  /** Whether such an answer leads to another URL. */
  boolean follows(int status, Headers answer) {
    return followRedirects
        && REDIRECTS.contains(status)
        && answer.get("Location") != null
        && !acceptStatus.contains(status);
  }

  /** Whether such an answer, if it leads nowhere, counts as success. */
  boolean takes(int status) {
    return (status >= 200 && status < 300)
        || acceptStatus.contains(status)
        || (REDIRECTS.contains(status) && !followRedirects);
  }

  private static Headers headers(Config config, String defaultUserAgent) {
    Headers.Builder headers =
        new Headers.Builder()
            .set("User-Agent", config.text("user_agent").orElse(defaultUserAgent))
            .set("Accept", "*/*")
            .set("Accept-Encoding", "gzip, deflate, br");
    config
        .map("headers")
        .forEach((name, value) -> {
          try {
            headers.set(name, value);
          } catch (IllegalArgumentException _) { // its message would show the value
            throw new SettingInvalidException(
                "the value of header \""
                    + name
                    + "\" has characters that no header may have;"
                    + " keep to printable ASCII");
          }
        });
    return headers.build();
  }

  private static Set<String> secretHeaders(Config config) {
    Set<String> names = new HashSet<>(CREDENTIALS);
    config
        .json("headers")
        .ifPresent(table ->
            table.properties().stream()
                .filter(header -> Mask.hasReference(header.getValue()))
                .forEach(header -> names.add(header.getKey().toLowerCase(Locale.ROOT))));
    return Set.copyOf(names);
  }

  private static Optional<RequestBody> body(ServiceCall call, String method, Headers headers) {
    Config config = call.config();
    if (config.flag("send_input")) {
      return Optional.of(body(Json.bytes(call.given()), "application/json", headers));
    }
    Optional<RequestBody> text =
        config
            .text("body")
            .map(body -> body(body.getBytes(StandardCharsets.UTF_8), "text/plain", headers));
    Optional<RequestBody> json =
        config
            .json("json")
            .map(body -> body(Json.bytes(resolved(config, body)), "application/json", headers));
    Optional<RequestBody> empty =
        Set.of("POST", "PUT", "PATCH").contains(method)
            ? Optional.of(RequestBody.create(new byte[0]))
            : Optional.empty();
    return text.or(() -> json).or(() -> empty);
  }

  /** Without a type where the headers have one: the client would replace it by the body's. */
  private static RequestBody body(byte[] bytes, String type, Headers headers) {
    return headers.get("Content-Type") == null
        ? RequestBody.create(bytes, MediaType.get(type + "; charset=utf-8"))
        : RequestBody.create(bytes);
  }

  private static JsonNode resolved(Config config, JsonNode value) {
    JsonNodeFactory json = JsonNodeFactory.instance;
    if (value.isObject()) {
      ObjectNode copy = json.objectNode();
      value.properties().forEach(e -> copy.set(e.getKey(), resolved(config, e.getValue())));
      return copy;
    }
    if (value.isArray()) {
      ArrayNode copy = json.arrayNode();
      value.forEach(element -> copy.add(resolved(config, element)));
      return copy;
    }
    return value.isString() ? json.stringNode(config.resolve(value.asString())) : value;
  }

  private static ProxyServer proxy(String url) {
    return ProxyServer.parse(url)
        .orElseThrow(
            () -> new SettingInvalidException("config key \"proxy\": " + ProxyServer.EXPECTED));
  }

  private static Charset charset(String label) {
    return PageText.charset(label)
        .orElseThrow(() ->
            new SettingInvalidException(
                "config key \"charset\": no charset of that name is known; write \"utf-8\","
                    + " say"));
  }

  private static Set<Integer> acceptStatus(Config config) {
    Set<Integer> statuses = new HashSet<>();
    config.json("accept_status").ifPresent(all -> all.forEach(s -> statuses.add(s.asInt())));
    return Set.copyOf(statuses);
  }
}
