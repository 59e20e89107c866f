package dev.stygian.services.discover;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PageLinksTest {
  private static final HttpUrl PAGE = HttpUrl.get("http://shop.example/list/a?page=2");
  private static final LinkSources EVERYTHING = new LinkSources(true, true, false, 100);
  private static final Path REAL_PAGES = Path.of("/usr/share/doc/openjdk-17-jre-headless/api");

  private static final List<String> KNOWN_DEAD =
      List.of(
          "jdk.incubator.foreign/java/lang/ref/package.html",
          "jdk.incubator.foreign/jdk/incubator/foreign/MethodHandle.html",
          "java.desktop/javax/swing/plaf/synth/doc-files/synth.dtd");

  private static List<String> links(String html) {
    return PageLinks.of(html, PAGE, LinkSources.defaults()).urls();
  }

  @Test
  void findsLinksInThePagesOrderEachOnce() throws Exception {
    String page = new String(Urls.file("links-of-all-kinds.html"), UTF_8);
    assertThat(links(page))
        .containsExactly(
            "http://shop.example/list/a?page=3",
            "http://shop.example/in-noscript",
            "http://shop.example/list/b.html",
            "http://shop.example/c?x=1&y=2",
            "http://shop.example/d",
            "http://other.example/e",
            "https://third.example/f",
            "http://shop.example/list/a?page=2",
            "http://shop.example/gh",
            "mailto:me@shop.example",
            "javascript:void(0)",
            "http://bad host/",
            "http://shop.example/area",
            "http://shop.example/foster",
            "http://shop.example/cell",
            "http://shop.example/unclosed",
            "http://shop.example/last");
  }

  @Test
  void takesFramesAndNofollowLinksWhereToldTo() throws Exception {
    String page = new String(Urls.file("links-of-all-kinds.html"), UTF_8);
    assertThat(PageLinks.of(page, PAGE, EVERYTHING).urls())
        .contains("http://shop.example/frame.html", "http://shop.example/nofollow")
        .hasSize(links(page).size() + 2);
    assertThat(PageLinks.of(page, PAGE, new LinkSources(false, false, true, 100)).urls())
        .doesNotContain("http://shop.example/list/a?page=3")
        .hasSize(links(page).size() - 1);
  }

  @Test
  void findsTheFramesOfAFrameset() {
    String page = "<frameset cols='1,2'><frame src='menu.html'><frame src='main.html'></frameset>";
    assertThat(PageLinks.of(page, PAGE, EVERYTHING).urls())
        .containsExactly(
            "http://shop.example/list/menu.html", "http://shop.example/list/main.html");
    assertThat(links(page)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "<base href='/other/'>, http://shop.example/other/b",
    "<base href='https://cdn.example/x/y'>, https://cdn.example/x/b",
    "<base target='_top'><base href='/one/'><base href='/two/'>, http://shop.example/one/b",
    "<base href='mailto:a'>, http://shop.example/list/b",
    "<base href=''>, http://shop.example/list/b",
  })
  void startsAtTheBase(String base, String expected) {
    assertThat(links("<head>" + base + "</head><a href=b>x</a>")).containsExactly(expected);
  }

  @Test
  void obeysABaseThatComesLate() {
    assertThat(links("<a href=b>x</a><base href='/late/'>"))
        .containsExactly("http://shop.example/late/b");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "robots | nofollow | true",
        "ROBOTS | NOINDEX, NoFollow | true",
        "robots | none | true",
        "robots | noindex | false",
        "robots | max-image-preview:none-large | false",
        "googlebot | nofollow | false",
      })
  void obeysThePagesNofollow(String name, String content, boolean expected) {
    String page = "<meta name='%s' content='%s'><a href='/a'>x</a>".formatted(name, content);
    PageLinks links = PageLinks.of(page, PAGE, LinkSources.defaults());
    assertThat(links.nofollow()).isEqualTo(expected);
    assertThat(links.urls()).hasSize(expected ? 0 : 1);
    assertThat(PageLinks.of(page, PAGE, EVERYTHING).urls()).hasSize(1);
  }

  @Test
  void leavesOutWhatIsTooMany() {
    String three = "<a href=1>1</a><a href=2>2</a><a href=3>3</a><a href=3#x>3</a>";
    PageLinks all = PageLinks.of(three, PAGE, new LinkSources(true, true, true, 3));
    assertThat(all.urls()).hasSize(3);
    assertThat(all.cut()).isFalse();
    PageLinks cut = PageLinks.of(three, PAGE, new LinkSources(true, true, true, 2));
    assertThat(cut.urls())
        .containsExactly("http://shop.example/list/1", "http://shop.example/list/2");
    assertThat(cut.cut()).isTrue();
  }

  @Test
  void survivesPagesThatAreNestedDeeply() {
    assertThat(links("<div>".repeat(100_000) + "<a href=deep>x</a>"))
        .containsExactly("http://shop.example/list/deep");
  }

  /** Links of the JDK's documentation lead to files of it, but for these, four of 266,000. */
  @Test
  void findsTheLinksOfRealPages() throws Exception {
    assumeTrue(Files.isDirectory(REAL_PAGES), "the JDK's documentation is not installed");
    int found = 0;
    List<String> dead = new ArrayList<>();
    for (Path file : realPages()) {
      String path = REAL_PAGES.relativize(file).toString();
      PageLinks links =
          PageLinks.of(
              Files.readString(file),
              HttpUrl.get("http://docs.example/" + path),
              new LinkSources(true, true, false, 100_000));
      assertThat(links.cut()).isFalse();
      for (String link : links.urls()) {
        if (!link.startsWith("http://docs.example/")) {
          continue;
        }
        List<String> segments = HttpUrl.get(link).pathSegments();
        if (!List.of("legal", "specs").contains(segments.getFirst())) { // not installed
          found++;
          if (!Files.exists(REAL_PAGES.resolve(String.join("/", segments)))) {
            dead.add(String.join("/", segments));
          }
        }
      }
    }
    assertThat(found).isGreaterThan(1_000);
    assertThat(dead).isSubsetOf(KNOWN_DEAD);
  }

  /** Other ones each time; what fails names its page. */
  private static List<Path> realPages() throws IOException {
    try (Stream<Path> all = Files.walk(REAL_PAGES)) {
      List<Path> pages =
          all.filter(path -> path.toString().endsWith(".html"))
              .collect(Collectors.toCollection(ArrayList::new));
      Collections.shuffle(pages);
      return pages.subList(0, Math.min(100, pages.size()));
    }
  }
}
