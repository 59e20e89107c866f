package dev.stygian.services.discover;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.item.Item;
import dev.stygian.graph.item.Json;
import dev.stygian.graph.service.EgressRule;
import dev.stygian.graph.service.Found;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.settings.Config;
import dev.stygian.graph.settings.Environment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.HttpUrl;
import okio.Buffer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A site of a few pages and a crawl of it. The fleet here gives each found item its turn, in the
 * order in which they were found. The site has two hosts: {@code localhost} and {@code 127.0.0.1}.
 */
final class CrawledSite implements AutoCloseable {
  private final MockWebServer server = new MockWebServer();
  private final CrawlService service = new CrawlService();
  private final Map<String, MockResponse> answers = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();

  private CrawledSite() {}

  static CrawledSite start() throws IOException {
    CrawledSite site = new CrawledSite();
    site.server.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            site.requests.add(request.getTarget());
            return site.answers.getOrDefault(
                request.getTarget(), new MockResponse.Builder().code(404).build());
          }
        });
    site.server.start();
    return site;
  }

  /** The URL of a path at the first host. */
  String url(String path) {
    return server.url(path).newBuilder().host("localhost").build().toString();
  }

  /** The URL of a path at the other host. */
  String elsewhere(String path) {
    return server.url(path).newBuilder().host("127.0.0.1").build().toString();
  }

  void page(String path, String html) {
    answer(path, "text/html", html.getBytes(UTF_8));
  }

  void xml(String path, String text) {
    answer(path, "application/xml", text.getBytes(UTF_8));
  }

  void robots(String... lines) {
    answer("/robots.txt", "text/plain", String.join("\n", lines).getBytes(UTF_8));
  }

  void answer(String path, String type, byte[] body) {
    answer(
        path,
        new MockResponse.Builder().addHeader("Content-Type", type).body(new Buffer().write(body)));
  }

  void redirect(String path, String location) {
    answer(path, new MockResponse.Builder().code(302).addHeader("Location", location));
  }

  void answer(String path, MockResponse.Builder answer) {
    answers.put(path, answer.build());
  }

  /** A sitemap of pages. */
  static String sitemap(String... urls) {
    return Stream.of(urls)
        .map(url -> "<url><loc>" + url + "</loc></url>")
        .collect(Collectors.joining("", "<urlset>", "</urlset>"));
  }

  /** A sitemap of sitemaps. */
  static String index(String... urls) {
    return Stream.of(urls)
        .map(url -> "<sitemap><loc>" + url + "</loc></sitemap>")
        .collect(Collectors.joining("", "<sitemapindex>", "</sitemapindex>"));
  }

  static byte[] packed(byte[] file) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(file);
    }
    return packed.toByteArray();
  }

  /** The paths that were asked for, in that order. */
  List<String> requests() {
    return List.copyOf(requests);
  }

  CrawlService service() {
    return service;
  }

  /** A config as JSON; single quotes stand for double ones. */
  Config config(String json) {
    ObjectNode values = (ObjectNode) Json.parse(json.replace('\'', '"'));
    return Config.of(service.descriptor().config(), values, Environment.of(Map.of()));
  }

  ServiceCall call(Config config, JsonNode input, RecordingFleet fleet) {
    return new ServiceCall(
        "p",
        "pages",
        1,
        new Item("0", input),
        config,
        Map.of(),
        new EgressRule(true, Set.of()),
        Optional.empty(),
        fleet);
  }

  /** How a crawl ended: the paths of its pages, and what came of its other items. */
  record Crawled(Set<String> pages, List<String> endings, RecordingFleet fleet) {}

  /** Crawls from paths of the first host. */
  Crawled crawl(String config, String... starts) throws Exception {
    return crawl(new RecordingFleet(), config, Stream.of(starts).map(this::url).toList());
  }

  Crawled crawl(RecordingFleet fleet, String config, List<String> starts) throws Exception {
    Config node = config(config);
    ArrayDeque<JsonNode> waiting = new ArrayDeque<>();
    starts.forEach(start -> waiting.add(JsonNodeFactory.instance.stringNode(start)));
    Set<String> pages = new TreeSet<>();
    List<String> endings = new ArrayList<>();
    while (!waiting.isEmpty()) {
      JsonNode input = waiting.removeFirst();
      switch (service.execute(call(node, input, fleet))) {
        case Outcome.Success(JsonNode output) -> assertThat(pages.add(path(output))).isTrue();
        case Outcome.Became() -> {}
        case Outcome.Permanent(String reason, _) -> endings.add(reason);
        case Outcome.Excluded(String reason) -> endings.add(reason);
        case Outcome other -> endings.add(other + " " + input);
      }
      fleet.takeFound().stream().map(Found::input).forEach(waiting::add);
    }
    return new Crawled(pages, endings, fleet);
  }

  private static String path(JsonNode output) {
    HttpUrl url = HttpUrl.get(output.path("url").asString());
    return (url.host().equals("localhost") ? "" : url.host()) + url.encodedPath();
  }

  @Override
  public void close() {
    service.close();
    server.close();
  }
}
