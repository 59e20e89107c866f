package dev.stygian.services.discover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlNormalizerTest {
  private static final UrlNormalizer PLAIN =
      new UrlNormalizer(ParameterNames.NONE, false, false, UrlNormalizer.MAX_CHARS);
  private static final UrlNormalizer SORTED =
      new UrlNormalizer(ParameterNames.TRACKING, true, true, UrlNormalizer.MAX_CHARS);

  private static String normal(UrlNormalizer urls, String text) {
    return switch (urls.normalize(text)) {
      case NormalUrl.Known(HttpUrl url) -> url.toString();
      case NormalUrl.Refused(SkipReason reason) -> reason.name();
    };
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // as the URL standard has it
        "HTTP://Shop.EXAMPLE/A | http://shop.example/A",
        "http://shop.example | http://shop.example/",
        "http://shop.example?q | http://shop.example/?q",
        "http:shop.example/a | http://shop.example/a",
        "http:\\\\shop.example\\a | http://shop.example/a",
        "http://shop.example:80/ | http://shop.example/",
        "https://shop.example:443/ | https://shop.example/",
        "https://shop.example:80/ | https://shop.example:80/",
        "http://shop.example:/ | http://shop.example/",
        "http://bücher.example/ | http://xn--bcher-kva.example/",
        "http://BÜCHER.example/ | http://xn--bcher-kva.example/",
        "http://faß.example/ | http://xn--fa-hia.example/",
        "http://shop%2Eexample/ | http://shop.example/",
        "http://[2001:DB8:0:0::1]:8080/ | http://[2001:db8::1]:8080/",
        "http://shop.example/a/./b/../c | http://shop.example/a/c",
        "http://shop.example/../../a | http://shop.example/a",
        "http://shop.example/a/%2E%2e/b | http://shop.example/b",
        "http://shop.example/a/.. | http://shop.example/",
        "http://shop.example/ü ö | http://shop.example/%C3%BC%20%C3%B6",
        "http://shop.example/?q=ü\"' | http://shop.example/?q=%C3%BC%22%27",
        // beyond it
        "http://shop.example./a | http://shop.example/a",
        "http://me:secret@shop.example/ | http://shop.example/",
        "http://shop.example/a#part | http://shop.example/a",
        "http://shop.example/#!/a | http://shop.example/",
        "http://shop.example/%7Ejoe/%61%2d%5f | http://shop.example/~joe/a-_",
        "http://shop.example/a%2fb%c3%bc | http://shop.example/a%2Fb%C3%BC",
        "http://shop.example/?a%3db=%41 | http://shop.example/?a%3Db=A",
        "http://shop.example/100% | http://shop.example/100%25",
        "http://shop.example/%%34%31 | http://shop.example/%2541",
        "http://shop.example/%4%31 | http://shop.example/%2541",
        "http://shop.example/a? | http://shop.example/a",
        "http://shop.example/a?&&b=1& | http://shop.example/a?b=1",
        // what stays
        "http://shop.example/A/b/ | http://shop.example/A/b/",
        "http://shop.example/a//b | http://shop.example/a//b",
        "http://shop.example/index.html | http://shop.example/index.html",
        "http://www.shop.example/ | http://www.shop.example/",
        "http://shop.example/?b=1&a=2&b=0 | http://shop.example/?b=1&a=2&b=0",
        "http://shop.example/?q=a+b%20c | http://shop.example/?q=a+b%20c",
        "http://shop.example/?q | http://shop.example/?q",
        "http://shop.example/?q= | http://shop.example/?q=",
      })
  void givesAUrlItsForm(String text, String expected) {
    assertThat(normal(UrlNormalizer.defaults(), text)).isEqualTo(expected);
    assertThat(normal(PLAIN, text)).isEqualTo(expected);
  }

  @Test
  void leavesOutWhiteSpaceAroundAndLineBreaksWithin() {
    assertThat(Urls.normal(" \n http://shop.example/a\n\t b \r\n"))
        .hasToString("http://shop.example/a%20b");
  }

  @ParameterizedTest
  @CsvSource({
    "utm_source=x&id=7&utm_medium=y, id=7",
    "id=7&gclid=a&fbclid=b&msclkid=c&mc_cid=d&mc_eid=e, id=7",
    "UTM_Source=x&id=7, id=7",
    "utm%5Fsource=x&id=7, id=7",
    "id=7&gclid, id=7",
    "gclid2=x&my_gclid=y&utm=z, gclid2=x&my_gclid=y&utm=z",
    "ref=x&source=y&campaign=z, ref=x&source=y&campaign=z",
  })
  void dropsTrackingParameters(String query, String expected) {
    String url = "http://shop.example/a?";
    assertThat(Urls.normal(url + query)).hasToString(url + expected);
    assertThat(normal(PLAIN, url + query)).isEqualTo(url + query.replace("%5F", "_"));
  }

  @Test
  void leavesNoQuestionMarkWhereAllParametersWereDropped() {
    assertThat(Urls.normal("http://shop.example/a?utm_source=x&gclid=y"))
        .hasToString("http://shop.example/a");
  }

  @Test
  void dropsFurtherParametersThatAConfigLists() {
    UrlNormalizer urls =
        new UrlNormalizer(
            ParameterNames.TRACKING.and(ParameterNames.of(List.of("Ref", "from_*"))),
            true,
            false,
            UrlNormalizer.MAX_CHARS);
    assertThat(normal(urls, "http://shop.example/?a=1&ref=x&refs=y&From_mail=z&gclid=1"))
        .isEqualTo("http://shop.example/?a=1&refs=y");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/a;jsessionid=1A2B.node1?x=1 | /a?x=1",
        "/a;JSESSIONID=1A2B/b;v=2 | /a/b;v=2",
        "/..;jsessionid=1/b | /b",
        "/(S(lit3py55t21z5v55vlm25s55))/a.aspx | /a.aspx",
        "/a?PHPSESSID=0123&x=1 | /a?x=1",
        "/a?x=1&ASPSESSIONIDQQ=A&CFID=1&CFTOKEN=2&jsessionid=3 | /a?x=1",
        "/a?sid=0123456789abcdef0123456789ABCDEF&x=1 | /a?x=1",
        "/a?sid=17 | /a?sid=17",
        "/a?session=spring | /a?session=spring",
        "/a;jsession=1 | /a;jsession=1",
      })
  void dropsSessionIds(String path, String expected) {
    assertThat(Urls.normal("http://shop.example" + path))
        .hasToString("http://shop.example" + expected);
  }

  @Test
  void keepsSessionIdsWhereToldTo() {
    String url = "http://shop.example/a;jsessionid=1?PHPSESSID=2&sid=" + "a".repeat(32);
    assertThat(normal(PLAIN, url)).isEqualTo(url);
  }

  @Test
  void sortsParametersWhereToldToAndKeepsTheOrderOfEqualNames() {
    assertThat(normal(SORTED, "http://shop.example/?b=2&a=9&b=1&a"))
        .isEqualTo("http://shop.example/?a=9&a&b=2&b=1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mailto:me@shop.example | OTHER_SCHEME",
        "javascript:void(0) | OTHER_SCHEME",
        "ftp://shop.example/ | OTHER_SCHEME",
        "httpx://shop.example/ | OTHER_SCHEME",
        "'' | NO_URL",
        "/a/b | NO_URL",
        "http:// | NO_URL",
        "http://sh op.example/ | NO_URL",
        "http://shop.example:99999/ | NO_URL",
        "http://shop.example:0/ | NO_URL",
        "http://a..b/ | NO_URL",
      })
  void saysWhyATextIsNoUrl(String text, String reason) {
    assertThat(normal(UrlNormalizer.defaults(), text)).isEqualTo(reason);
  }

  @Test
  void refusesLongUrlsByTheirNormalForm() {
    String url = "http://shop.example/";
    String longest = url + "a".repeat(UrlNormalizer.MAX_CHARS - url.length());
    assertThat(Urls.normal(longest)).hasToString(longest);
    assertThat(Urls.normal(longest + "?utm_source=" + "x".repeat(500))).hasToString(longest);
    assertThat(normal(PLAIN, longest + "b")).isEqualTo("TOO_LONG");
    assertThat(normal(PLAIN, url + "#" + "x".repeat(10_000))).isEqualTo("TOO_LONG");
    assertThatThrownBy(() -> new UrlNormalizer(ParameterNames.NONE, false, false, 0))
        .hasMessage("maxChars is at least 1, not 0");
  }

  /** Not as browsers do, but so that nothing else is fetched than what is shown. */
  @ParameterizedTest
  @ValueSource(strings = {"http://0x7f.1/", "http://0x7f000001/"})
  void takesIpv4AddressesInOtherNotationsForNames(String url) {
    assertThat(Urls.normal(url)).hasToString(url);
  }

  private static final List<String> PIECES =
      List.of(
          "%",
          "%2",
          "%25",
          "%41",
          "%2e",
          "%2E",
          "%2f",
          "%5C",
          "%zz",
          "%c3%BC",
          "%7e",
          ".",
          "..",
          "/",
          "//",
          "\\",
          "/./",
          "/../",
          "?",
          "&",
          "=",
          "+",
          ";",
          ";jsessionid=1",
          ";jsessionid=",
          "/(S(lit3py55t21z5v55vlm25s55))",
          "(S(",
          "#",
          "'",
          "\"",
          "|",
          "[",
          "]",
          "{",
          "^",
          "`",
          "<",
          " ",
          "\t",
          "\n",
          "ü",
          "€",
          "\ud83d\ude00",
          "\ud800",
          "\u0000",
          "a",
          "B",
          "7",
          "~",
          "-",
          "_",
          "utm_source=x",
          "utm_",
          "sid=",
          "PHPSESSID=1",
          "b=2",
          "a=1",
          ":",
          "@",
          "1",
          "4",
          "e");

  private static final List<String> STARTS =
      List.of(
          "http://shop.example",
          "HTTPS://SHOP.example:443",
          "http://bücher.example.:8080",
          "http://me:pw@a.b",
          "http://[::1]",
          "http://xn--bcher-kva.example",
          "http:",
          "//a.b");

  private static String text(Random random) {
    StringBuilder text = new StringBuilder(STARTS.get(random.nextInt(STARTS.size())));
    for (int i = random.nextInt(20); i > 0; i--) {
      text.append(PIECES.get(random.nextInt(PIECES.size())));
    }
    return text.toString();
  }

  @Property(tries = 20_000)
  void aNormalFormIsItsOwn(@ForAll long seed) {
    String text = text(new Random(seed));
    for (UrlNormalizer urls : List.of(UrlNormalizer.defaults(), PLAIN, SORTED)) {
      if (urls.normalize(text) instanceof NormalUrl.Known(HttpUrl url)) {
        assertThat(normal(urls, url.toString())).as(text).isEqualTo(url.toString());
        assertThat(url.fragment()).isNull();
        assertThat(url.username() + url.password()).isEmpty();
      }
    }
  }

  /** Ways to write one URL that RFC 3986 calls equivalent. */
  @Property(tries = 5000)
  void equalUrlsStayEqual(@ForAll long seed) {
    Random random = new Random(seed);
    StringBuilder one = new StringBuilder("http://shop.example/");
    StringBuilder other = new StringBuilder("HTTP://Shop.Example:80/x/../");
    for (int i = random.nextInt(15); i > 0; i--) {
      char c = "abzAZ09-._~/?&=%".charAt(random.nextInt(16));
      String written = c == '%' ? "%2F" : String.valueOf(c);
      one.append(written);
      boolean isReserved = "/?&=%".indexOf(c) >= 0;
      String escaped = isReserved ? written : String.format("%%%02x", (int) c);
      other.append(random.nextBoolean() ? escaped.toLowerCase(java.util.Locale.ROOT) : written);
    }
    assertThat(normal(SORTED, other + "#x")).isEqualTo(normal(SORTED, one.toString()));
    assertThat(normal(PLAIN, other.toString())).isEqualTo(normal(PLAIN, one.toString()));
  }
}
