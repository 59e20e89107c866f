package dev.stygian.services.discover;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.item.Json;
import dev.stygian.graph.service.Host;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.settings.Config;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** What a crawl comes to on a site of a few pages. */
class CrawlServiceTest {
  private CrawledSite site;

  @BeforeEach
  void start() throws Exception {
    site = CrawledSite.start();
    site.page(
        "/", "<a href=a.html>a</a> <a href=/b.html?utm_source=x#part>b</a> <a href=print/a>p</a>");
    site.page("/a.html", "<a href=b.html>b</a> <a href='http://elsewhere.test/'>out</a>");
    site.page("/b.html", "<a href=c.html>c</a> <a href=secret.html rel=nofollow>no</a>");
    site.page("/c.html", "<a href=logo.png>l</a> <a href=/>home</a>");
    site.page("/print/a", "printed");
    site.page("/secret.html", "secret");
  }

  @AfterEach
  void stop() {
    site.close();
  }

  /** The paths of the pages that were fetched, where nothing else came of the crawl. */
  private Set<String> crawl(String config, String... starts) throws Exception {
    CrawledSite.Crawled crawled = site.crawl(config, starts);
    assertThat(crawled.endings()).isEmpty();
    return crawled.pages();
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
    site.xml("/sitemap.xml", CrawledSite.index(site.url("/more.xml")));
    site.xml("/more.xml", CrawledSite.sitemap(site.url("/a.html")));

    assertThat(crawl("{'max_depth': 0}", "/sitemap.xml")).containsExactly("/a.html");
  }

  @Test
  void takesOfASitemapOnlyPagesThatMayBeFetched() throws Exception {
    site.xml(
        "/sitemap.xml",
        CrawledSite.sitemap(
            Stream.of("/a.html", "/b.html", "/print/a", "/logo.png")
                .map(site::url)
                .toArray(String[]::new)));
    site.xml("/index.xml", CrawledSite.index(site.url("/sitemap.xml")));
    site.page("/logo.png", "a picture");

    assertThat(crawl("{'max_depth': 0, 'deny': ['/print/', '[.]xml$']}", "/index.xml"))
        .containsExactly("/a.html", "/b.html");
    assertThat(crawl("{'max_depth': 0, 'allow': ['/b']}", "/sitemap.xml"))
        .containsExactly("/b.html");
    assertThat(crawl("{'max_depth': 0, 'skip_extensions': ['html', 'xml']}", "/index.xml"))
        .containsExactly("/logo.png", "/print/a");
  }

  @Test
  void readsASitemapInTheCharsetThatItDeclares() throws Exception {
    site.page("/%C3%BC.html", "umlaut");
    String declared =
        "<?xml version='1.0' encoding='ISO-8859-1'?>"
            + CrawledSite.sitemap(site.url("/") + "ü.html");
    site.answer("/sitemap.xml", "application/xml", declared.getBytes(ISO_8859_1));

    assertThat(crawl("{}", "/sitemap.xml")).containsExactly("/%C3%BC.html");
  }

  @Test
  void takesWhatIsNoSitemapForAPage() throws Exception {
    site.page("/page.xml", "<html><body><a href=a.html>a</a></body></html>");

    assertThat(crawl("{'max_depth': 0}", "/page.xml")).containsExactly("/page.xml");
  }

  @Test
  void namesTheHostOfAPageAndNoneOfAStart() {
    Config config = site.config("{}");
    JsonNode page =
        Json.parse(
            "{\"url\":\"https://a.example/x\",\"crawl\":{\"depth\":1,\"start\":\"https://a.example/\"}}");
    JsonNode start = JsonNodeFactory.instance.stringNode("https://a.example/");

    assertThat(site.service().host(site.call(config, page, new RecordingFleet())))
        .contains(new Host("a.example"));
    assertThat(site.service().host(site.call(config, start, new RecordingFleet()))).isEmpty();
  }

  @Test
  void refusesAPatternThatIsNoRegularExpression() {
    List<String> problems = new ArrayList<>();
    site.service()
        .descriptor()
        .config()
        .check()
        .check(Json.parse("{\"deny\":[\"(\"]}"), (path, message) -> problems.add(path + message));

    assertThat(problems).singleElement().asString().contains("no regular expression");
  }

  @Test
  void saysWhatAStartLacks() throws Exception {
    Config config = site.config("{}");

    Outcome outcome =
        site.service().execute(site.call(config, Json.parse("{}"), new RecordingFleet()));

    assertThat(outcome)
        .isEqualTo(Outcome.permanent("the item has no URL to start from; give it a \"url\""));
  }
}
