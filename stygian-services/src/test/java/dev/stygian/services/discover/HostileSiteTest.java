package dev.stygian.services.discover;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.item.Json;
import dev.stygian.graph.service.Found;
import dev.stygian.services.discover.CrawledSite.Crawled;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import mockwebserver3.MockResponse;
import okio.Buffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sites that mean harm, or are broken in the same ways, do not break what a crawl promises. */
class HostileSiteTest {
  private CrawledSite site;

  @BeforeEach
  void start() throws Exception {
    site = CrawledSite.start();
    site.page("/", "<a href=/a>a</a>");
    site.page("/a", "a page");
  }

  @AfterEach
  void stop() {
    site.close();
  }

  @Test
  void redirectsThatGoRoundEnd() throws Exception {
    site.redirect("/a", "/b");
    site.redirect("/b", "/a");

    Crawled crawled = site.crawl("{}", "/");

    assertThat(crawled.endings()).singleElement().asString().contains("redirects once more");
    assertThat(site.requests()).hasSize(12); // the start, the link and its ten redirects
  }

  @ParameterizedTest
  @CsvSource({"host, /a, elsewhere", "prefix, /docs/a, /private/b", "domain, /a, elsewhere"})
  void redirectsOfALinkLeadNotOutOfTheScope(String scope, String link, String target)
      throws Exception {
    String out = target.equals("elsewhere") ? site.elsewhere("/b") : site.url(target);
    site.page("/docs/", "<a href='" + link + "'>a</a>");
    site.redirect(link, out);
    site.page("/b", "out");
    site.page("/private/b", "out");

    Crawled crawled = site.crawl("{'scope': '" + scope + "'}", "/docs/");

    assertThat(crawled.pages()).containsExactly("/docs/");
    assertThat(crawled.endings())
        .containsExactly(site.url(link) + " redirects to " + out + ", out of the crawl's scope");
    assertThat(site.requests()).containsExactly("/docs/", link);
  }

  @Test
  void redirectsWithinTheScopeAndThoseOfAStartAreFollowed() throws Exception {
    site.redirect("/a", "/b");
    site.page("/b", "in");
    site.redirect("/old", site.elsewhere("/"));

    assertThat(site.crawl("{}", "/").pages()).containsExactly("/", "/a");
    assertThat(site.crawl("{}", "/old").pages()).containsExactly("/old", "127.0.0.1/a");
  }

  /** It would go along with every link of its page. */
  @ParameterizedTest
  @ValueSource(ints = {3_000, 200_000})
  void urlsOfAbsurdLengthComeOfNoRedirect(int chars) throws Exception {
    String path = "/" + "x".repeat(chars);
    site.redirect("/start", path);
    site.redirect("/a", path);
    site.page(path, "<a href=/b>b</a>");

    Crawled crawled = site.crawl("{}", "/start", "/");

    assertThat(crawled.pages()).containsExactly("/");
    assertThat(crawled.endings())
        .hasSize(2)
        .allSatisfy(
            reason -> assertThat(reason).contains("redirects to a URL of ").hasSizeLessThan(300));
  }

  @Test
  void linksOfAbsurdLengthAreNotRead() throws Exception {
    String longest = "x".repeat(2_000);
    site.page(
        "/",
        "<a href='/%s'>1</a><a href='/%s'>2</a><a href='/%s'>3</a>"
            .formatted(longest, "x".repeat(2_100), "x".repeat(3 << 20)));
    site.page("/" + longest, "long");

    Crawled crawled = site.crawl("{}", "/");

    assertThat(crawled.pages()).containsExactly("/", "/" + longest);
    assertThat(crawled.endings()).isEmpty();
  }

  @Test
  void linksWithControlCharactersAreOnesWithoutOrAreEncoded() throws Exception {
    site.page(
        "/",
        "<a href='\u0001/a'>1</a><a href='/\n\ta'>2</a><a href='/e\u001b[31m'>3</a>"
            + "<a href='http://local\u0000host/'>4</a><a href='java\nscript:alert(1)'>5</a>");
    site.page("/e%1B[31m", "escape");

    Crawled crawled = site.crawl("{}", "/");

    assertThat(crawled.pages()).containsExactly("/", "/a", "/e%1B[31m");
    assertThat(crawled.endings()).isEmpty();
  }

  @Test
  void sessionsInLinksAreNotPagesOfTheirOwn() throws Exception {
    site.page(
        "/",
        IntStream.range(0, 50)
            .mapToObj(i -> "<a href='/a;jsessionid=%032d?PHPSESSID=%d'>a</a>".formatted(i, i))
            .collect(Collectors.joining()));

    assertThat(site.crawl("{}", "/").pages()).containsExactly("/", "/a");
    assertThat(site.requests()).containsExactly("/", "/a");
  }

  @Test
  void headersOfAMegabyteAreNoPage() throws Exception {
    site.answer("/a", new MockResponse.Builder().addHeader("X-Filler", "x".repeat(1 << 20)));

    Crawled crawled = site.crawl("{}", "/");

    assertThat(crawled.pages()).containsExactly("/");
    assertThat(crawled.endings())
        .singleElement()
        .asString()
        .contains("Retryable", "/a failed: ")
        .hasSizeLessThan(2_000);
  }

  /** Of a robots.txt of any size half a megabyte counts, in whole lines. */
  @Test
  void robotsTxtWithoutEndIsReadToItsBound() throws Exception {
    Buffer robots = new Buffer().writeUtf8("User-agent: *\nDisallow: /a\nSitemap: /map.xml\n");
    while (robots.size() < 40 << 20) {
      robots.writeUtf8("# " + "filler".repeat(10_000) + "\n");
    }
    robots.writeUtf8("User-agent: *\nDisallow: /\n");
    site.answer("/robots.txt", new MockResponse.Builder().body(robots));
    site.xml("/map.xml", CrawledSite.sitemap(site.url("/b")));
    site.page("/b", "b");

    Crawled crawled =
        site.crawl(
            RecordingFleet.obeyingRobots(), "{'sitemaps': 'robots'}", List.of(site.url("/")));

    assertThat(crawled.pages()).containsExactly("/", "/b");
    assertThat(crawled.endings()).singleElement().asString().contains("disallows /a");
    assertThat(site.requests()).containsOnlyOnce("/robots.txt");
  }

  @Test
  void typesThatLieAreReadForWhatTheyAreSentAs() throws Exception {
    site.answer("/", new MockResponse.Builder().body("<a href=/a>a page without a type</a>"));
    site.answer("/picture", "text/html", new byte[] {(byte) 0x89, 'P', 'N', 'G', 0, 1, 2});
    site.answer("/a", "text/html", "<a href=/picture>p</a> <a href=/page>p</a>".getBytes(UTF_8));
    site.answer("/page", "image/png", "<a href=/b>not followed</a>".getBytes(UTF_8));
    site.answer("/map.xml", "text/html", CrawledSite.sitemap(site.url("/a")).getBytes(UTF_8));

    assertThat(site.crawl("{}", "/").pages()).containsExactly("/", "/a", "/page", "/picture");
    assertThat(site.crawl("{'max_depth': 0}", "/map.xml").pages()).containsExactly("/a");
  }

  @Test
  void indexesThatNameEachOtherAreReadOnce() throws Exception {
    site.xml("/map.xml", CrawledSite.index(site.url("/map.xml"), site.url("/more.xml")));
    site.xml("/more.xml", CrawledSite.index(site.url("/map.xml"), site.url("/more.xml")));

    assertThat(site.crawl("{}", "/map.xml").endings()).isEmpty();
    assertThat(site.requests()).containsExactly("/map.xml", "/more.xml");
  }

  /** The JDK's stream would call itself once for each of them. */
  @Test
  void packedFileOfNothingButEmptyMembersIsALetter() throws Exception {
    byte[] member = CrawledSite.packed(new byte[0]);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    for (int i = 0; i < 100_000; i++) {
      file.write(member);
    }
    site.robots("Sitemap: /map.gz");
    site.answer("/map.gz", "application/xml", file.toByteArray());
    site.answer(
        "/a",
        new MockResponse.Builder()
            .addHeader("Content-Encoding", "gzip")
            .body(new Buffer().write(file.toByteArray())));

    assertThat(site.crawl("{'sitemaps': 'robots'}", "/").endings())
        .hasSize(2)
        .allSatisfy(
            reason -> assertThat(reason).contains("more than 500 members in a row are empty"));
  }

  @Test
  void pageOfLinksWithoutEndLeadsToTenThousandInPortions() throws Exception {
    site.page(
        "/",
        IntStream.range(0, 12_000)
            .mapToObj(i -> "<a href=/w" + Integer.toString(i, 36) + ">l</a>")
            .collect(Collectors.joining()));
    RecordingFleet fleet = new RecordingFleet();
    String item =
        "{\"url\":\"%s\",\"crawl\":{\"depth\":0,\"start\":\"%s\"}}"
            .formatted(site.url("/"), site.url("/"));

    site.service().execute(site.call(site.config("{}"), Json.parse(item), fleet));

    assertThat(fleet.takeFound())
        .hasSize(10_000)
        .extracting(Found::identity)
        .doesNotHaveDuplicates();
    assertThat(fleet.longestBatch()).isEqualTo(500);
  }
}
