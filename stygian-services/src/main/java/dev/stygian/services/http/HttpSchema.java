package dev.stygian.services.http;

import dev.stygian.graph.settings.ConfigSchema;
import dev.stygian.graph.settings.ConfigSchema.Report;
import dev.stygian.graph.settings.ValueType;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** The config keys of {@code http}, and what about them no type can say. */
final class HttpSchema {
  static final ConfigSchema SCHEMA = build();

  private static final Set<String> SET_BY_THE_CLIENT =
      Set.of(
          "connection",
          "content-length",
          "keep-alive",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");
  private static final Set<String> METHODS_WITHOUT_BODY = Set.of("GET", "HEAD");
  private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

  private HttpSchema() {}

  private static ConfigSchema build() {
    return ConfigSchema.builder()
        .optional(
            "url",
            new ValueType.Url(),
            "what to fetch where neither predecessor nor item has a url")
        .withDefault(
            "method",
            new ValueType.Choice(
                List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")),
            "GET",
            "the request's method")
        .optional(
            "headers", new ValueType.MapOf(new ValueType.SecretText()), "further request headers")
        .optional("body", new ValueType.Text(), "the request's body; not with json")
        .optional("json", new ValueType.Anything(), "the request's body as JSON; not with body")
        .withDefault(
            "send_input",
            new ValueType.Flag(),
            false,
            "whether the request's body is the node's input as JSON; not with body or json")
        .withDefault(
            "timeout", span(3600), "30s", "for the whole call: redirects and the body included")
        .withDefault(
            "connect_timeout",
            span(600),
            "10s",
            "for the name lookup, and again for the connection")
        .withDefault(
            "follow_redirects", new ValueType.Flag(), true, "whether to go where a 3xx says")
        .withDefault("max_redirects", new ValueType.Whole(0, 100), 10, "more of them fail the task")
        .withDefault(
            "max_body",
            new ValueType.Bytes(0, 1L << 30),
            "10 MB",
            "a longer body fails the task; counted as sent and again unpacked")
        .optional(
            "user_agent",
            new ValueType.Text(),
            "the User-Agent header; default stygian-graph/ and the version")
        .optional(
            "proxy", new ValueType.SecretText(), "an HTTP proxy, as http://user:password@host:port")
        .optional("charset", new ValueType.Text(), "decodes the body, whatever the answer says")
        .optional(
            "accept_status",
            new ValueType.ListOf(new ValueType.Whole(300, 599)),
            "statuses that count as success besides 2xx")
        .withDefault(
            "cache",
            new ValueType.Flag(),
            false,
            "whether answers are stored for all workers and runs of the pipeline, and used again as"
                + " RFC 9111 has it")
        .withDefault(
            "revalidate",
            new ValueType.Flag(),
            false,
            "whether the site is asked about each stored answer, also while it is fresh")
        .withDefault(
            "cache_ttl",
            new ValueType.Span(1000, 90L * 86_400_000),
            "7d",
            "how long an answer is stored after it was last received or confirmed")
        .withDefault(
            "cache_max_body",
            new ValueType.Bytes(0, 16L << 20),
            "1 MB",
            "a longer body is not stored; counted unpacked")
        .withDefault(
            "cache_max_total",
            new ValueType.Bytes(0, 1L << 40),
            "64 MB",
            "what is stored for the pipeline at most; what is more is not stored")
        .withDefault(
            "allow_private",
            new ValueType.Flag(),
            false,
            "whether addresses may be dialled that are not globally routable")
        .check(HttpSchema::check)
        .build();
  }

  private static ValueType span(long maxSeconds) {
    return new ValueType.Span(1, maxSeconds * 1000);
  }

  private static void check(JsonNode table, Report report) {
    checkBody(table, report);
    checkHeaders(table, report);
    if (table.path("revalidate").asBoolean(false) && !table.path("cache").asBoolean(false)) {
      report.problem(
          List.of("revalidate"),
          "without a cache there is nothing to revalidate; set cache = true, too");
    }
    JsonNode charset = table.get("charset");
    if (charset != null && literal(charset) && PageText.charset(charset.asString()).isEmpty()) {
      report.problem(
          List.of("charset"),
          "no charset \""
              + charset.asString()
              + "\" is known; write one such as \"utf-8\" or"
              + " \"windows-1252\"");
    }
    JsonNode proxy = table.get("proxy");
    if (proxy != null && literal(proxy) && ProxyServer.parse(proxy.asString()).isEmpty()) {
      report.problem(List.of("proxy"), ProxyServer.EXPECTED);
    }
  }

  private static void checkBody(JsonNode table, Report report) {
    String method = table.path("method").asString("GET");
    if (table.has("body") && table.has("json")) {
      report.problem(List.of("json"), "body and json exclude each other; keep one");
    }
    boolean sendsInput = table.path("send_input").asBoolean(false);
    if (sendsInput && (table.has("body") || table.has("json"))) {
      report.problem(
          List.of("send_input"), "send_input makes the body, as body and json do; keep one");
    }
    for (String key : List.of("body", "json", "send_input")) {
      boolean hasBody = key.equals("send_input") ? sendsInput : table.has(key);
      if (hasBody && METHODS_WITHOUT_BODY.contains(method)) {
        report.problem(
            List.of(key), "a " + method + " carries no body; set method = \"POST\", say");
      }
    }
  }

  private static void checkHeaders(JsonNode table, Report report) {
    for (var header : table.path("headers").properties()) {
      String name = header.getKey();
      String lower = name.toLowerCase(Locale.ROOT);
      List<String> path = List.of("headers", name);
      if (!TOKEN.matcher(name).matches()) {
        report.problem(path, "\"" + name + "\" is no header name; use letters, digits and hyphens");
      } else if (SET_BY_THE_CLIENT.contains(lower)) {
        report.problem(path, "the HTTP client sets \"" + name + "\" itself; remove it");
      } else if (lower.equals("user-agent") && table.has("user_agent")) {
        report.problem(path, "user_agent sets the same header; keep one");
      }
    }
  }

  /** Whether a value can be judged before {@code ${env:…}} is resolved. */
  private static boolean literal(JsonNode value) {
    return value.isString() && !value.asString().contains("${");
  }
}
