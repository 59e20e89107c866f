package dev.stygian.services.robots;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RobotsRulesTest {
  private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
  private static final HttpUrl FILE = HttpUrl.get("https://shop.example/robots.txt");
  private static final String AGENT = "stygian-graph/0.1.0 (+https://me.example/)";

  private static RobotsRules answer(int status, String body) {
    return RobotsRules.of(status, body.getBytes(UTF_8), FILE, AGENT, NOW);
  }

  private static RobotsRules rules(String... lines) {
    return answer(200, "User-agent: *\n" + String.join("\n", lines));
  }

  private static boolean allows(RobotsRules robots, String path) {
    return robots.allows(HttpUrl.get("https://shop.example" + path));
  }

  private static RobotsRules shop(String agent) throws IOException {
    return RobotsRules.of(200, shop(), FILE, agent, NOW);
  }

  @Test
  void takesTheGroupsThatNameTheAgent() throws Exception {
    RobotsRules robots = shop(AGENT);
    assertThat(allows(robots, "/private/a")).isFalse();
    assertThat(allows(robots, "/private/a/open")).isTrue();
    assertThat(allows(robots, "/also-private/")).as("its second group").isFalse();
    assertThat(allows(robots, "/search")).as("of the group for all").isTrue();
    assertThat(robots.crawlDelay()).contains(Duration.ofMillis(500));
    assertThat(robots.sitemaps())
        .containsExactly("https://shop.example/sitemap.xml", "https://shop.example/news.xml.gz");
    assertThat(robots.askAgain()).isEqualTo(NOW.plus(Duration.ofHours(24)));
  }

  @Test
  void takesTheGroupForAllWhereNoneNamesTheAgent() throws Exception {
    RobotsRules robots = shop("stygian/1.0");
    assertThat(allows(robots, "/search")).isFalse();
    assertThat(allows(robots, "/search/about")).isTrue();
    assertThat(allows(robots, "/cart")).isFalse();
    assertThat(allows(robots, "/a.pdf")).isFalse();
    assertThat(allows(robots, "/a.pdf?x")).isTrue();
    assertThat(allows(robots, "/list?sort=price")).isFalse();
    assertThat(allows(robots, "/private/a")).isTrue();
    assertThat(robots.crawlDelay()).contains(Duration.ofSeconds(10));
  }

  @Test
  void takesAGroupOfSeveralAgents() throws Exception {
    assertThat(allows(shop("OtherBot/2"), "/")).isFalse();
    assertThat(allows(shop("badbot"), "/a")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "stygian-graph/0.1.0, stygian-graph",
    "MyBot, mybot",
    "My_Bot/1.0 (x), my_bot",
    "Mozilla/5.0 (compatible; MyBot/2.0; +http://a.example/), mybot",
    "Mozilla/5.0 (X11; Linux) Gecko (compatible; MyBot), mybot",
    "Mozilla/5.0 (X11; Linux x86_64), mozilla",
  })
  void findsTheNameInAUserAgent(String header, String expected) {
    assertThat(ProductToken.of(header)).containsExactly(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "007", "*", "(none)"})
  void findsNoNameInAUserAgentWithoutOne(String header) {
    assertThat(ProductToken.of(header)).isEmpty();
    assertThat(RobotsRules.of(200, new byte[0], FILE, header, NOW).reachable()).isTrue();
  }

  /** The examples of RFC 9309, sections 2.2.2, 2.2.3 and 5.2, and those that its readers add. */
  @ParameterizedTest
  @CsvSource({
    "/fish, /fish, true",
    "/fish, /fish.html, true",
    "/fish, /fish/salmon.html, true",
    "/fish, /fish?id=anything, true",
    "/fish, /Fish, false",
    "/fish, /catfish, false",
    "/fish*, /fish, true",
    "/fish/, /fish, false",
    "/fish/, /fish/salmon, true",
    "/*.php, /index.php, true",
    "/*.php, /folder/filename.php?parameters, true",
    "/*.php, /, false",
    "/*.php, /windows.PHP, false",
    "/*.php$, /filename.php, true",
    "/*.php$, /filename.php?parameters, false",
    "/*.php$, /filename.php5, false",
    "/*.php$, /a.php/b.php, true",
    "/fish*.php, /fishheads/catfish.php?parameters, true",
    "/a*b*c$, /axbxbxc, true",
    "/a*b*c$, /axbxbxcx, false",
    "/a$, /a, true",
    "/a$, /ab, false",
    "/a*$, /abc, true",
    "/a**b, /axb, true",
    "*, /anything, true",
    "$, /, false",
    "/foo/bar?baz=https://foo.bar, /foo/bar?baz=https://foo.bar, true",
    "/foo/bar/ツ, /foo/bar/%E3%83%84, true",
    "/foo/bar/%E3%83%84, /foo/bar/ツ, true",
    "/foo/bar/%62%61%7A, /foo/bar/baz, true",
    "/foo/bar/baz, /foo/bar/%62%61%7A, true",
    "/a%3cd.html, /a%3Cd.html, true",
    "/a%2fb.html, /a/b.html, false",
    "/a%2fb.html, /a%2Fb.html, true",
    "/file-with-a-%2A.html, /file-with-a-*.html, true",
    "/file-with-a-%2A.html, /file-with-a-b.html, false",
    "/foo-%24, /foo-$, true",
    "/foo-%24, /foo-x, false",
    "/a$b, /a$b, true",
    "/it's, /it's, true",
    "/?it's, /?it's, true",
    "/a|b, /a|b, true",
    "/?a|b, /?a|b, true",
    "/private, /private/[x]{y}, true",
    "/a b, /a%20b, true",
    "fish, /fish, false",
  })
  void matchesAsTheRfcSays(String pattern, String path, boolean expected) {
    assertThat(allows(rules("Disallow: " + pattern), path)).isEqualTo(!expected);
    assertThat(allows(rules("Disallow: /", "Allow: " + pattern), path)).isEqualTo(expected);
  }

  /** The same as a regular expression, which tries every place for every star. */
  @Property(tries = 2000)
  void starsReachAnyPlace(
      @ForAll @StringLength(max = 8) @Chars({'/', 'a', 'b', '*'}) String pattern,
      @ForAll boolean whole,
      @ForAll @StringLength(max = 12) @Chars({'/', 'a', 'b'}) String path) {
    boolean expected = path.matches(pattern.replace("*", ".*") + (whole ? "" : ".*"));
    assertThat(RobotsPath.matches(whole ? pattern + "$" : pattern, path)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "/p, /, /page, true",
    "/folder, /folder, /folder/page, true",
    "/page, /*.htm, /page.htm, false",
    "/page, /*.ph, /page.php5, true",
    "/$, /, /, true",
    "/$, /, /page.htm, false",
    "/example/page/, /example/page/disallowed.gif, /example/page/disallowed.gif, false",
    "/a, /a*, /ab, false",
  })
  void theLongestPatternDecides(String allow, String disallow, String path, boolean expected) {
    assertThat(allows(rules("Allow: " + allow, "Disallow: " + disallow), path)).isEqualTo(expected);
    assertThat(allows(rules("Disallow: " + disallow, "Allow: " + allow), path)).isEqualTo(expected);
  }

  @Test
  void allowsWhatNoRuleForbids() {
    assertThat(allows(rules("Disallow:"), "/a")).isTrue();
    assertThat(allows(rules(), "/a")).isTrue();
    assertThat(allows(answer(200, ""), "/a")).isTrue();
    assertThat(allows(answer(200, "Disallow: /"), "/a")).as("in no group").isTrue();
    assertThat(allows(rules("Disallow: /"), "/robots.txt")).isTrue();
    assertThat(allows(rules("Disallow: /"), "/robots.txt2")).isFalse();
  }

  @Test
  void readsFilesThatSitesGetWrong() {
    String file =
        "\ufeffUser agent *\r\rUser-Agent : *\rdisalow : /a\rDisallow:/b\r# User-agent: x\r"
            + "<br>Nonsense: 1\rDisallow: /c";
    RobotsRules robots = answer(200, file);
    assertThat(allows(robots, "/a")).isFalse();
    assertThat(allows(robots, "/b")).isFalse();
    assertThat(allows(robots, "/c")).isFalse();
    assertThat(allows(answer(200, "<!DOCTYPE html><html><body>not found</body></html>"), "/"))
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 403, 404, 410, 418, 499, 301, 308})
  void allowsAllWhereThereIsNoFile(int status) {
    RobotsRules robots = answer(status, "User-agent: *\nDisallow: /");
    assertThat(allows(robots, "/a")).isTrue();
    assertThat(robots.askAgain()).isEqualTo(NOW.plus(Duration.ofHours(24)));
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 502, 503, 599, 429, 0, 100, 999})
  void allowsNothingWhereTheFileCannotBeHad(int status) {
    RobotsRules robots = answer(status, "User-agent: *\nAllow: /");
    assertThat(allows(robots, "/a")).isFalse();
    assertThat(robots.reachable()).isFalse();
    assertThat(robots.askAgain()).isEqualTo(NOW.plus(Duration.ofMinutes(5)));
    assertThat(RobotsRules.unreachable(NOW)).isEqualTo(robots);
  }

  @ParameterizedTest
  @CsvSource({"0, ''", "-3, ''", "x, ''", "1, PT1S", "0.25, PT0.25S", "999999, PT1H"})
  void readsTheDelay(String text, String expected) {
    RobotsRules robots = rules("Crawl-delay: " + text, "Disallow: /a");
    assertThat(robots.crawlDelay().map(Duration::toString).orElse("")).isEqualTo(expected);
    assertThat(allows(robots, "/b")).isTrue();
    assertThat(allows(robots, "/a")).isFalse();
  }

  @Test
  void readsTheFirst500KibibytesInWholeLines() {
    String start = "User-agent: *\nDisallow: /a\n";
    String comment = "#" + "x".repeat(RobotsRules.MAX_BYTES - start.length() - 13) + "\n";
    String file = start + comment + "Disallow: /secret\nDisallow: /b\n";
    assertThat(file.indexOf("Disallow: /secret")).isEqualTo(RobotsRules.MAX_BYTES - 11);
    RobotsRules robots = answer(200, file);
    assertThat(allows(robots, "/a")).isFalse();
    assertThat(allows(robots, "/c")).as("half a line is no line").isTrue();
    assertThat(allows(robots, "/b")).as("beyond the limit").isTrue();
  }

  @Test
  void allowsNothingWhereRulesGrowWithoutEnd() {
    RobotsRules robots =
        rules("Disallow: /" + "\ufffd".repeat(RobotsRules.MAX_BYTES / 3 - 1000), "Disallow: /a");
    assertThat(robots.rules()).containsExactly(new RobotsRules.Rule(false, "/"));
    assertThat(RobotsText.write(robots)).hasSizeLessThan(100);
  }

  @Test
  void boundsTheSitemaps() {
    String[] lines = new String[1001];
    for (int i = 0; i < lines.length; i++) {
      lines[i] = "Sitemap: https://shop.example/" + i + ".xml";
    }
    lines[0] = "Sitemap: https://shop.example/" + "x".repeat(RobotsRules.MAX_SITEMAP_CHARS);
    assertThat(rules(lines).sitemaps()).hasSize(1000).contains("https://shop.example/1000.xml");
    assertThat(rules("Sitemap: not a url", "Sitemap: //").sitemaps()).isEmpty();
  }

  @Test
  void becomesATextAndBack() throws Exception {
    RobotsRules robots = shop(AGENT);
    assertThat(RobotsText.write(robots))
        .isEqualTo(
            """
            robots 1 reachable 2026-02-01T12:00:00Z
            delay 500
            map https://shop.example/sitemap.xml
            map https://shop.example/news.xml.gz
            a /private/*/open
            d /also-private/
            d /private/\
            """);
    for (RobotsRules one : List.of(robots, answer(404, ""), RobotsRules.unreachable(NOW))) {
      assertThat(RobotsText.read(RobotsText.write(one))).contains(one);
    }
  }

  @Property(tries = 500)
  void anyFileBecomesATextAndBack(
      @ForAll
          @StringLength(max = 80)
          @Chars({'/', '*', '$', '%', '2', 'a', ' ', '\n', 'é', '#', ':'})
          String lines) {
    RobotsRules robots =
        rules("Disallow: " + lines.replace("\n", "\nAllow: /"), "Sitemap: /" + lines);
    assertThat(RobotsText.read(RobotsText.write(robots))).contains(robots);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "User-agent: *",
        "robots 2 reachable 2026-02-01T12:00:00Z",
        "robots 1 reachable yesterday",
        "robots 1 reachable 2026-02-01T12:00:00Z\ndelay x",
        "robots 1 reachable 2026-02-01T12:00:00Z\nd",
        "robots 1 reachable 2026-02-01T12:00:00Z\n",
        "robots 1 reachable 2026-02-01T12:00:00Z\nx /a"
      })
  void readsNoOtherText(String text) {
    Optional<RobotsRules> read = RobotsText.read(text);
    assertThat(read.isPresent()).isEqualTo(text.endsWith("Z\n"));
  }

  private static byte[] shop() throws IOException {
    try (var in = RobotsRulesTest.class.getResourceAsStream("robots-of-a-shop.txt")) {
      return java.util.Objects.requireNonNull(in).readAllBytes();
    }
  }
}
