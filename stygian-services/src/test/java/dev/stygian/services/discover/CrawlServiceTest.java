package dev.stygian.services.discover;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.item.Item;
import dev.stygian.graph.item.Json;
import dev.stygian.graph.service.EgressRule;
import dev.stygian.graph.service.Found;
import dev.stygian.graph.service.Host;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.settings.Config;
import dev.stygian.graph.settings.Environment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.HttpUrl;
import okio.Buffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a crawl comes to on a site of a few pages; the fleet here gives each found item its turn.
 */
class CrawlServiceTest {
  private final MockWebServer server = new MockWebServer();
  private final CrawlService service = new CrawlService();
  private final Map<String, String> site =
      new ConcurrentHashMap<>(
          Map.of(
              "/",
                  "<a href=a.html>a</a> <a href=/b.html?utm_source=x#part>b</a> <a"
                      + " href=print/a>p</a>",
              "/a.html", "<a href=b.html>b</a> <a href='http://elsewhere.test/'>out</a>",
              "/b.html", "<a href=c.html>c</a> <a href=secret.html rel=nofollow>no</a>",
              "/c.html", "<a href=logo.png>l</a> <a href=/>home</a>",
              "/print/a", "printed",
              "/secret.html", "secret"));

  @BeforeEach
  void start() throws Exception {
    server.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            String body = site.get(request.getTarget());
            String type = request.getTarget().endsWith(".xml") ? "application/xml" : "text/html";
            return body == null
                ? new MockResponse.Builder().code(404).build()
                : new MockResponse.Builder()
                    .addHeader("Content-Type", type)
                    .body(encoded(body))
                    .build();
          }
        });
    server.start();
  }

  private static Buffer encoded(String body) {
    return new Buffer()
        .writeString(body, body.contains("encoding='ISO-8859-1'") ? ISO_8859_1 : UTF_8);
  }

  @AfterEach
  void stop() {
    service.close();
    server.close();
  }

  /** The paths that were fetched, each with how it ended. */
  private Set<String> crawl(String config, String... starts) throws Exception {
    Config node = config(config);
    RecordingFleet fleet = new RecordingFleet();
    ArrayDeque<JsonNode> waiting = new ArrayDeque<>();
    for (String start : starts) {
      waiting.add(JsonNodeFactory.instance.stringNode(server.url(start).toString()));
    }
    Set<String> fetched = new TreeSet<>();
    while (!waiting.isEmpty()) {
      JsonNode input = waiting.removeFirst();
      Outcome outcome = service.execute(call(node, input, fleet));
      switch (outcome) {
        case Outcome.Success(JsonNode output) -> assertThat(fetched.add(path(output))).isTrue();
        case Outcome.Became() -> {}
        case Outcome other -> fetched.add(other.getClass().getSimpleName() + " " + input);
      }
      fleet.takeFound().stream().map(Found::input).forEach(waiting::add);
    }
    return fetched;
  }

  /** A config as JSON; single quotes stand for double ones. */
  private Config config(String json) {
    ObjectNode values = (ObjectNode) Json.parse(json.replace('\'', '"'));
    return Config.of(service.descriptor().config(), values, Environment.of(Map.of()));
  }

  private static ServiceCall call(Config config, JsonNode input, RecordingFleet fleet) {
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

  private static String path(JsonNode output) {
    return HttpUrl.get(output.path("url").asString()).encodedPath();
  }

  @Test
  void fetchesEachPageThatLinksLeadToOnce() throws Exception {
    assertThat(crawl("{}", "/")).containsExactly("/", "/a.html", "/b.html", "/c.html", "/print/a");
  }

  @Test
  void keepsToDepthAndPatterns() throws Exception {
    assertThat(crawl("{'max_depth': 1, 'deny': ['/print/']}", "/"))
        .containsExactly("/", "/a.html", "/b.html");
    assertThat(crawl("{'allow': ['/b']}", "/")).containsExactly("/", "/b.html");
    assertThat(crawl("{'max_depth': 0}", "/")).containsExactly("/");
  }

  @Test
  void followsWhatNofollowForbidsOnlyIfTold() throws Exception {
    assertThat(crawl("{'obey_nofollow': false}", "/b.html")).contains("/secret.html");
    assertThat(crawl("{}", "/b.html")).doesNotContain("/secret.html");
  }

  @Test
  void startsAtThePagesOfASitemapAndOfThoseThatItNames() throws Exception {
    String pages = "<urlset><url><loc>" + server.url("/a.html") + "</loc></url></urlset>";
    String index =
        "<sitemapindex><sitemap><loc>"
            + server.url("/more.xml")
            + "</loc></sitemap></sitemapindex>";
    site.put("/sitemap.xml", index);
    site.put("/more.xml", pages);

    assertThat(crawl("{'max_depth': 0}", "/sitemap.xml")).containsExactly("/a.html");
  }

  @Test
  void takesOfASitemapOnlyPagesThatMayBeFetched() throws Exception {
    site.put(
        "/sitemap.xml",
        Stream.of("/a.html", "/b.html", "/print/a", "/logo.png")
            .map(path -> "<url><loc>" + server.url(path) + "</loc></url>")
            .collect(Collectors.joining("", "<urlset>", "</urlset>")));
    site.put(
        "/index.xml",
        "<sitemapindex><sitemap><loc>"
            + server.url("/sitemap.xml")
            + "</loc></sitemap></sitemapindex>");
    site.put("/logo.png", "a picture");

    assertThat(crawl("{'max_depth': 0, 'deny': ['/print/', '[.]xml$']}", "/index.xml"))
        .containsExactly("/a.html", "/b.html");
    assertThat(crawl("{'max_depth': 0, 'allow': ['/b']}", "/sitemap.xml"))
        .containsExactly("/b.html");
    assertThat(crawl("{'max_depth': 0, 'skip_extensions': ['html', 'xml']}", "/index.xml"))
        .containsExactly("/logo.png", "/print/a");
  }

  @Test
  void readsASitemapInTheCharsetThatItDeclares() throws Exception {
    site.put("/%C3%BC.html", "umlaut");
    site.put(
        "/sitemap.xml",
        "<?xml version='1.0' encoding='ISO-8859-1'?><urlset><url><loc>"
            + server.url("/")
            + "ü.html</loc></url></urlset>");

    assertThat(crawl("{}", "/sitemap.xml")).containsExactly("/%C3%BC.html");
  }

  @Test
  void takesWhatIsNoSitemapForAPage() throws Exception {
    site.put("/page.xml", "<html><body><a href=a.html>a</a></body></html>");

    assertThat(crawl("{'max_depth': 0}", "/page.xml")).containsExactly("/page.xml");
  }

  @Test
  void namesTheHostOfAPageAndNoneOfAStart() {
    Config config = config("{}");
    JsonNode page =
        Json.parse(
            "{\"url\":\"https://a.example/x\",\"crawl\":{\"depth\":1,\"start\":\"https://a.example/\"}}");
    JsonNode start = JsonNodeFactory.instance.stringNode("https://a.example/");

    assertThat(service.host(call(config, page, new RecordingFleet())))
        .contains(new Host("a.example"));
    assertThat(service.host(call(config, start, new RecordingFleet()))).isEmpty();
  }

  @Test
  void refusesAPatternThatIsNoRegularExpression() {
    List<String> problems = new ArrayList<>();
    service
        .descriptor()
        .config()
        .check()
        .check(Json.parse("{\"deny\":[\"(\"]}"), (path, message) -> problems.add(path + message));

    assertThat(problems).singleElement().asString().contains("no regular expression");
  }

  @Test
  void saysWhatAStartLacks() throws Exception {
    Config config = config("{}");

    Outcome outcome = service.execute(call(config, Json.parse("{}"), new RecordingFleet()));

    assertThat(outcome)
        .isEqualTo(Outcome.permanent("the item has no URL to start from; give it a \"url\""));
  }
}
