package dev.stygian.services.discover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinkRulesTest {
  private static final String START = "https://shop.example/docs";

  private static LinkRules rules(Scope scope, List<String> allow, List<String> deny) {
    return new LinkRules(
        scope,
        patterns("allow", allow),
        patterns("deny", deny),
        LinkRules.NO_PAGES,
        LinkRules.MAX_DEPTH,
        UrlNormalizer.defaults());
  }

  private static UrlPatterns patterns(String key, List<String> texts) {
    return UrlPatterns.compile(
        key,
        texts,
        (path, message) -> {
          throw new AssertionError(path + ": " + message);
        });
  }

  private static String verdict(LinkRules rules, String link, String start) {
    return switch (rules.judge(link, Urls.normal(start), 1)) {
      case LinkVerdict.Follow(var url) -> url.toString();
      case LinkVerdict.Skip(var reason) -> reason.name();
    };
  }

  private static boolean isInScope(Scope scope, String link, String start) {
    String verdict = verdict(rules(scope, List.of(), List.of()), link, start);
    assertThat(verdict).isIn("OUT_OF_SCOPE", Urls.normal(link).toString());
    return !verdict.equals("OUT_OF_SCOPE");
  }

  @Test
  void judgesWhatASitemapNamesByItsUrlAlone() {
    LinkRules rules = rules(Scope.HOST, List.of("/p"), List.of("/print"));
    assertThat(rules.judgeNamed("https://elsewhere.example/p?gclid=1"))
        .isEqualTo(new LinkVerdict.Follow(Urls.normal("https://elsewhere.example/p")));
    assertThat(rules.judgeNamed("https://shop.example/print"))
        .isEqualTo(new LinkVerdict.Skip(SkipReason.DENIED));
    assertThat(rules.judgeNamed("https://shop.example/a"))
        .isEqualTo(new LinkVerdict.Skip(SkipReason.NOT_ALLOWED));
    assertThat(rules.judgeNamed("https://shop.example/p.png"))
        .isEqualTo(new LinkVerdict.Skip(SkipReason.NO_PAGE));
    assertThat(rules.judgeNamed("ftp://shop.example/p"))
        .isEqualTo(new LinkVerdict.Skip(SkipReason.OTHER_SCHEME));
  }

  @Test
  void followsTheNormalFormOfALink() {
    assertThat(verdict(LinkRules.defaults(), "HTTPS://Shop.example:443/a/../b?gclid=1#c", START))
        .isEqualTo("https://shop.example/b");
  }

  @ParameterizedTest
  @CsvSource({
    "https://shop.example/a, true",
    "http://shop.example/a, true",
    "https://shop.example:8443/a, false",
    "https://www.shop.example/a, false",
    "https://shop.example.evil.example/a, false",
    "https://other.example/a, false",
  })
  void staysOnTheHost(String link, boolean expected) {
    assertThat(isInScope(Scope.HOST, link, START)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "https://shop.example.co.uk/, http://example.co.uk:8080/, true",
    "https://shop.example.co.uk/, https://a.b.example.co.uk/, true",
    "https://shop.example.co.uk/, https://other.co.uk/, false",
    "https://shop.example.co.uk/, https://notexample.co.uk/, false",
    "https://me.github.io/, https://www.me.github.io/, true",
    "https://me.github.io/, https://you.github.io/, false",
    "https://github.io/, https://you.github.io/, false",
    "https://bücher.example.de/, https://shop.example.de/, true",
    "http://localhost/, http://localhost:81/, true",
    "http://localhost/, http://other/, false",
    "http://192.0.2.1/, http://192.0.2.1:81/, true",
    "http://192.0.2.1/, http://198.51.2.1/, false",
    "http://[2001:db8::1]/, http://[2001:db8::2]/, false",
  })
  void staysOnTheRegistrableDomain(String start, String link, boolean expected) {
    assertThat(isInScope(Scope.DOMAIN, link, start)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "/docs, /docs, true",
    "/docs, /docs/a, true",
    "/docs, /docs?page=2, true",
    "/docs, /docs-old, false",
    "/docs, /, false",
    "/docs/, /docs/a, true",
    "/docs/, /docs, false",
    "/docs/index.html, /docs/a, true",
    "/docs/index.html, /docs/, true",
    "/docs/index.html, /other, false",
    "/docs/v1.2, /docs/v1.2/a, true",
    "/docs/v1.2, /docs/v1.3/a, false",
    "/, /anything, true",
    "/docs, /docs/../other, false",
  })
  void staysBelowThePrefix(String start, String link, boolean expected) {
    assertThat(isInScope(Scope.PREFIX, "http://a.example" + link, "https://a.example" + start))
        .isEqualTo(expected);
    assertThat(isInScope(Scope.PREFIX, "https://b.example" + link, "https://a.example" + start))
        .isFalse();
  }

  @Test
  void followsWhatAllowHasAndDenyHasNot() {
    LinkRules rules = rules(Scope.HOST, List.of("/a", "\\?x=[0-9]+$"), List.of("/a/secret"));
    assertThat(verdict(rules, "https://shop.example/a/b", START)).endsWith("/a/b");
    assertThat(verdict(rules, "https://shop.example/b?x=12", START)).endsWith("/b?x=12");
    assertThat(verdict(rules, "https://shop.example/b", START)).isEqualTo("NOT_ALLOWED");
    assertThat(verdict(rules, "https://shop.example/a/secret?x=1", START)).isEqualTo("DENIED");
  }

  @Test
  void aRegexSeesTheWholeNormalUrl() {
    LinkRules rules = rules(Scope.HOST, List.of("^https://shop\\.example/(x)?"), List.of());
    assertThat(verdict(rules, "HTTPS://SHOP.example/b", START)).endsWith("/b");
    assertThat(verdict(rules, "http://shop.example/b", START)).isEqualTo("NOT_ALLOWED");
  }

  @Test
  void skipsWhereARegexTakesTooLong() {
    LinkRules rules = rules(Scope.HOST, List.of(), List.of("(.*)(.*)(.*)(.*)(.*)(.*)z$"));
    assertThat(verdict(rules, "https://shop.example/" + "a".repeat(90), START))
        .isEqualTo("PATTERN_TOO_COSTLY");
  }

  @Test
  void saysWhichKeyHoldsATextThatIsNoRegex() {
    List<String> problems = new ArrayList<>();
    UrlPatterns compiled =
        UrlPatterns.compile(
            "deny", List.of("/a", "/b(", "*"), (path, text) -> problems.add(path + " " + text));
    assertThat(problems).hasSize(2);
    assertThat(problems.getFirst())
        .startsWith("[deny, 1] \"/b(\" is no regular expression: Unclosed group; write");
    assertThat(problems.getLast()).startsWith("[deny, 2] \"*\" is no regular expression");
    assertThat(compiled.patterns()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a.jpg", "/a.JPG", "/a.tar.gz", "/b/a.pdf?page=2", "/a.css", "/a.7z"})
  void skipsWhatIsNoPage(String path) {
    assertThat(verdict(LinkRules.defaults(), "https://shop.example" + path, START))
        .isEqualTo("NO_PAGE");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/", "/a", "/a.html", "/a.php", "/jpg", "/a.jpg/", "/a.", "/a?b=c.jpg", "/v.1/a"})
  void followsWhatMayBeAPage(String path) {
    assertThat(verdict(LinkRules.defaults(), "https://shop.example" + path, START)).endsWith(path);
  }

  @Test
  void skipsOtherExtensionsWhereToldTo() {
    LinkRules rules =
        new LinkRules(
            Scope.HOST,
            UrlPatterns.NONE,
            UrlPatterns.NONE,
            Set.of("xml"),
            1,
            UrlNormalizer.defaults());
    assertThat(verdict(rules, "https://shop.example/a.xml", START)).isEqualTo("NO_PAGE");
    assertThat(verdict(rules, "https://shop.example/a.jpg", START)).endsWith("/a.jpg");
  }

  @Test
  void followsAsDeepAsMaxDepth() {
    var start = Urls.normal(START);
    LinkRules rules = LinkRules.defaults();
    assertThat(rules.judge("https://shop.example/a", start, 20))
        .isInstanceOf(LinkVerdict.Follow.class);
    assertThat(rules.judge("https://shop.example/a", start, 21))
        .isEqualTo(new LinkVerdict.Skip(SkipReason.TOO_DEEP));
    assertThatThrownBy(() ->
            new LinkRules(
                Scope.HOST,
                UrlPatterns.NONE,
                UrlPatterns.NONE,
                Set.of(),
                -1,
                UrlNormalizer.defaults()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({"mailto:a@b.example, OTHER_SCHEME", "//, NO_URL", "tel:+1, OTHER_SCHEME"})
  void saysWhyALinkIsNoUrl(String link, String reason) {
    assertThat(verdict(LinkRules.defaults(), link, START)).isEqualTo(reason);
  }
}
