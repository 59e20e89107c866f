package dev.stygian.services.discover;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.item.Json;
import dev.stygian.graph.service.Found;
import dev.stygian.graph.service.Host;
import dev.stygian.graph.settings.Config;
import dev.stygian.services.discover.CrawledSite.Crawled;
import java.util.List;
import java.util.stream.IntStream;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Which sitemaps a crawl reads, how often, and what it takes of them. */
class CrawlSitemapsTest {
  private static final String OF_ROBOTS = "{'sitemaps': 'robots', 'max_depth': 0}";

  private CrawledSite site;

  @BeforeEach
  void start() throws Exception {
    site = CrawledSite.start();
    for (String path : List.of("/", "/a.html", "/b.html", "/docs/c.html", "/print/d.html")) {
      site.page(path, "a page");
    }
  }

  @AfterEach
  void stop() {
    site.close();
  }

  @Test
  void readsTheSitemapsThatRobotsTxtNamesIfTold() throws Exception {
    site.robots("Sitemap: " + site.url("/maps/1"), "User-agent: *", "sitemap: /maps/2");
    site.xml("/maps/1", CrawledSite.sitemap(site.url("/a.html"), site.url("/print/d.html")));
    site.xml("/maps/2", CrawledSite.index(site.url("/maps/3")));
    site.xml("/maps/3", CrawledSite.sitemap(site.url("/b.html"), site.url("/b.pdf")));

    Crawled crawled =
        site.crawl("{'sitemaps': 'robots', 'max_depth': 0, 'deny': ['/print/']}", "/");

    assertThat(crawled.pages()).containsExactly("/", "/a.html", "/b.html");
    assertThat(crawled.endings()).isEmpty();
    assertThat(site.requests())
        .containsExactly("/", "/robots.txt", "/maps/1", "/maps/2", "/a.html", "/maps/3", "/b.html");
    assertThat(site.crawl("{'max_depth': 0}", "/").pages()).containsExactly("/");
  }

  @Test
  void asksForEachFileOnceHoweverManyStartsThereAre() throws Exception {
    site.robots("Sitemap: /map.xml", "Sitemap: /map.xml");
    site.xml("/map.xml", CrawledSite.sitemap(site.url("/docs/c.html")));

    Crawled crawled = site.crawl(OF_ROBOTS, "/", "/a.html", "/b.html");

    assertThat(crawled.pages()).containsExactly("/", "/a.html", "/b.html", "/docs/c.html");
    assertThat(site.requests())
        .containsExactly("/", "/a.html", "/b.html", "/robots.txt", "/map.xml", "/docs/c.html");
  }

  @Test
  void robotsTxtThatWasAskedBeforeThePageIsNotAskedAgain() throws Exception {
    site.robots("Sitemap: /map.xml", "User-agent: *", "Disallow: /b");
    site.xml("/map.xml", CrawledSite.sitemap(site.url("/a.html"), site.url("/b.html")));

    Crawled crawled = site.crawl(RecordingFleet.obeyingRobots(), OF_ROBOTS, List.of(site.url("/")));

    assertThat(site.requests()).containsExactly("/robots.txt", "/", "/map.xml", "/a.html");
    assertThat(crawled.endings()).singleElement().asString().contains("disallows /b.html");
  }

  /** A robots.txt may name sitemaps anywhere; what these name is held to the start's scope. */
  @Test
  void takesPagesInTheScopeOfTheStartOnly() throws Exception {
    site.robots("Sitemap: " + site.elsewhere("/map.xml"));
    site.xml(
        "/map.xml",
        CrawledSite.sitemap(
            site.url("/a.html"), site.elsewhere("/b.html"), "https://victim.example/"));

    assertThat(site.crawl(OF_ROBOTS, "/").pages()).containsExactly("/", "/a.html");
  }

  @Test
  void scopeIsThatOfTheStartAfterItsRedirectsAndSoIsRobotsTxt() throws Exception {
    site.redirect("/old", site.elsewhere("/"));
    site.robots("Sitemap: /map.xml");
    site.xml("/map.xml", CrawledSite.sitemap(site.url("/a.html"), site.elsewhere("/b.html")));

    assertThat(site.crawl(OF_ROBOTS, "/old").pages()).containsExactly("/old", "127.0.0.1/b.html");
  }

  @Test
  void readsASitemapForEachPathBelowWhichACrawlStays() throws Exception {
    site.robots("Sitemap: /map.xml");
    site.xml("/map.xml", CrawledSite.sitemap(site.url("/docs/c.html"), site.url("/print/d.html")));
    site.page("/docs/", "docs");
    site.page("/print/", "print");
    String config = "{'sitemaps': 'robots', 'max_depth': 0, 'scope': 'prefix'}";

    assertThat(site.crawl(config, "/docs/").pages()).containsExactly("/docs/", "/docs/c.html");
    assertThat(site.crawl(config, "/docs/", "/print/").pages())
        .containsExactly("/docs/", "/docs/c.html", "/print/", "/print/d.html");
  }

  @Test
  void linksOfPagesThatItNamesKeepToTheScopeOfTheStart() throws Exception {
    site.robots("Sitemap: /map.xml");
    site.xml("/map.xml", CrawledSite.sitemap(site.url("/a.html")));
    site.page(
        "/a.html", "<a href='" + site.elsewhere("/b.html") + "'>out</a> <a href=b.html>b</a>");

    assertThat(site.crawl("{'sitemaps': 'robots', 'max_depth': 1}", "/").pages())
        .containsExactly("/", "/a.html", "/b.html");
  }

  /** The pages that it names are starts, and may be many: they do not lead to more sitemaps. */
  @Test
  void sitemapThatIsAnItemLeadsToNoRobotsTxt() throws Exception {
    site.robots("Sitemap: /more.xml");
    site.xml("/map.xml", CrawledSite.sitemap(site.url("/a.html")));

    assertThat(site.crawl(OF_ROBOTS, "/map.xml").pages()).containsExactly("/a.html");
    assertThat(site.requests()).containsExactly("/map.xml", "/a.html");
  }

  @Test
  void whatIsNoSitemapIsALetterAndNoPageWhereRobotsTxtLedThere() throws Exception {
    site.robots("Sitemap: /map.xml", "Sitemap: /gone.xml");
    site.page("/map.xml", "<html><body>soft 404</body></html>");

    Crawled crawled = site.crawl(OF_ROBOTS, "/");

    assertThat(crawled.pages()).containsExactly("/");
    assertThat(crawled.endings())
        .hasSize(2)
        .anySatisfy(reason ->
            assertThat(reason)
                .isEqualTo(
                    "robots.txt led to "
                        + site.url("/map.xml")
                        + " as a sitemap: it is no sitemap and no feed: it begins with <html>"))
        .anySatisfy(reason -> assertThat(reason).contains("/gone.xml answered 404"));
  }

  @Test
  void whatAnIndexNamesAndIsNoSitemapIsAPageOnlyWhereItMayBeFetched() throws Exception {
    site.xml("/map.xml", CrawledSite.index(site.url("/a.html"), site.url("/print/d.html")));

    assertThat(site.crawl("{'deny': ['/print/']}", "/map.xml").pages()).containsExactly("/a.html");
  }

  @Test
  void robotsTxtWithoutSitemapsLeadsNowhere() throws Exception {
    assertThat(site.crawl(OF_ROBOTS, "/").pages()).containsExactly("/");
    assertThat(site.requests()).containsExactly("/", "/robots.txt");
  }

  @Test
  void robotsTxtTakesNoTurnOfItsHostOnceItIsKnown() throws Exception {
    site.robots("Sitemap: /map.xml");
    JsonNode item =
        Json.parse(
            "{\"url\":\"%s\",\"crawl\":{\"robots\":\"%s\"}}"
                .formatted(site.url("/robots.txt"), site.url("/")));
    var call = site.call(site.config(OF_ROBOTS), item, new RecordingFleet());
    HttpUrl url = HttpUrl.get(site.url("/"));

    assertThat(site.service().host(call)).contains(new Host(url.host() + ":" + url.port()));
    site.service().execute(call);
    assertThat(site.service().host(call)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/xml", "text/xml", "text/plain", "application/octet-stream"})
  void readsAPackedSitemapWhateverTypeItIsSentWith(String type) throws Exception {
    byte[] file = CrawledSite.packed(CrawledSite.sitemap(site.url("/a.html")).getBytes(UTF_8));
    site.answer("/map.xml", type, file);
    site.answer("/map.xml.gz", type, file);

    assertThat(site.crawl("{}", "/map.xml").pages()).containsExactly("/a.html");
    assertThat(site.crawl("{}", "/map.xml.gz").pages()).containsExactly("/a.html");
  }

  /** 60 MB of blanks take 60 KB packed. */
  @Test
  void bombIsALetterThatSaysSo() throws Exception {
    String page = "<url><loc>" + site.url("/a.html") + "</loc></url>";
    String blanks = "<a/>" + " ".repeat(60_000);
    site.answer(
        "/map.xml",
        "application/xml",
        CrawledSite.packed(("<urlset>" + page + blanks.repeat(1_000)).getBytes(UTF_8)));
    site.answer(
        "/blank.xml",
        "application/xml",
        CrawledSite.packed(" ".repeat(60_000_000).getBytes(UTF_8)));

    Crawled crawled = site.crawl("{}", "/map.xml", "/blank.xml");

    assertThat(crawled.pages()).as("what stands before").containsExactly("/a.html");
    assertThat(crawled.endings())
        .containsExactlyInAnyOrder(
            "the sitemap "
                + site.url("/map.xml")
                + " is not read on, since it is longer than 52428800 bytes, unpacked; what its"
                + " first 1 entries name is fetched",
            "the sitemap "
                + site.url("/blank.xml")
                + " is not read on, since one piece of it is longer than 1048576 bytes");
  }

  /** An index leads to 50,000 sitemaps at most; those that it names share what it leaves. */
  @Test
  void endlessIndexesEnd() throws Exception {
    Config config = site.config("{}");
    String[] named =
        IntStream.range(0, 30_000).mapToObj(i -> site.url("/" + i + ".xml")).toArray(String[]::new);
    site.xml("/map.xml", CrawledSite.index(named));
    site.xml("/0.xml", CrawledSite.index(site.url("/deep.xml")));
    site.xml("/two.xml", CrawledSite.index("/x.xml", "/y.xml", "/y.xml", "/z.xml"));
    RecordingFleet fleet = new RecordingFleet();

    JsonNode index = Json.parse("{\"sitemap\":\"" + site.url("/map.xml") + "\"}");
    site.service().execute(site.call(config, index, fleet));
    List<Found> found = fleet.takeFound();
    site.service().execute(site.call(config, found.getFirst().input(), fleet));
    List<Found> ofLeftOver = fleet.takeFound();
    JsonNode full =
        Json.parse(
            "{\"url\":\"%s\",\"crawl\":{\"sitemap\":1,\"further\":2}}"
                .formatted(site.url("/two.xml")));
    site.service().execute(site.call(config, full, fleet));

    assertThat(found).hasSize(30_000);
    assertThat(found.getFirst().input().at("/crawl/further").asInt(-1)).isZero();
    assertThat(ofLeftOver).isEmpty();
    assertThat(fleet.takeFound())
        .extracting(Found::identity)
        .containsExactly("sitemap " + site.url("/x.xml"), "sitemap " + site.url("/y.xml"));
  }
}
