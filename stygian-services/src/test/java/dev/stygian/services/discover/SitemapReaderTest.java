package dev.stygian.services.discover;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.Charset;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SitemapReaderTest {
  private static final HttpUrl LOCATION = HttpUrl.get("https://shop.example/maps/sitemap.xml");
  private static final List<String> FILES =
      List.of(
          "sitemap-of-a-shop.xml",
          "sitemap-index.xml",
          "feed-rss-2.xml",
          "feed-rss-1.xml",
          "feed-atom.xml",
          "sitemap-of-lines.txt");

  /** What a file gave. */
  private record Read(List<SitemapEntry> entries, SitemapSummary summary) {
    List<String> urls() {
      return entries.stream().map(SitemapEntry::url).toList();
    }

    String fault() {
      return summary.fault().orElse("none");
    }
  }

  private static Read read(InputStream in, SitemapReader reader, int depth) {
    List<SitemapEntry> entries = new ArrayList<>();
    try {
      SitemapSummary summary = reader.read(LOCATION, depth, in, entries::add);
      assertThat(summary.entries()).isEqualTo(entries.size());
      return new Read(entries, summary);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static Read read(byte[] file) {
    return read(new ByteArrayInputStream(file), SitemapReader.defaults(), 0);
  }

  private static Read read(String text) {
    return read(text.getBytes(UTF_8));
  }

  private static Read readFile(String name) throws IOException {
    return read(Urls.file(name));
  }

  private static SitemapEntry page(String url, String time) {
    return new SitemapEntry.Page(
        url, time.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(time)));
  }

  private static byte[] packed(byte[] file) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(file);
    }
    return packed.toByteArray();
  }

  @Test
  void readsASitemap() throws Exception {
    Read read = readFile("sitemap-of-a-shop.xml");
    assertThat(read.entries())
        .containsExactly(
            page("https://shop.example/", "2026-01-31T00:00:00Z"),
            page("https://shop.example/list?a=1&b=2", "2026-01-31T11:30:00Z"),
            page("https://shop.example/c?x=1&y=2", ""),
            page("https://shop.example/relative", "2026-02-01T00:00:00Z"));
    assertThat(read.summary())
        .isEqualTo(
            new SitemapSummary(Optional.of(SitemapKind.URLSET), 4, 2, Optional.empty(), false));
  }

  @Test
  void readsAnIndex() throws Exception {
    Read read = readFile("sitemap-index.xml");
    assertThat(read.entries())
        .containsExactly(
            new SitemapEntry.Sitemap(
                "https://shop.example/map-1.xml.gz",
                Optional.of(Instant.parse("2026-01-31T12:30:00Z"))),
            new SitemapEntry.Sitemap("https://shop.example/map-2.xml.gz", Optional.empty()));
    assertThat(read.summary().kind()).contains(SitemapKind.SITEMAP_INDEX);
  }

  @Test
  void handsOnNoSitemapsOfAnIndexThatStandsTooDeep() throws Exception {
    byte[] index = Urls.file("sitemap-index.xml");
    SitemapReader reader = SitemapReader.defaults();
    assertThat(read(new ByteArrayInputStream(index), reader, 2).entries()).hasSize(2);
    Read read = read(new ByteArrayInputStream(index), reader, 3);
    assertThat(read.entries()).isEmpty();
    assertThat(read.summary().skipped()).isEqualTo(2);
    byte[] pages = Urls.file("sitemap-of-a-shop.xml");
    assertThat(read(new ByteArrayInputStream(pages), reader, 3).entries()).hasSize(4);
  }

  @Test
  void readsRss2() throws Exception {
    Read read = readFile("feed-rss-2.xml");
    assertThat(read.entries())
        .containsExactly(
            page("https://shop.example/news/1?a=1&b=2", "2026-01-31T11:30:00Z"),
            page("https://shop.example/news/2", "2026-02-01T13:00:00Z"),
            page("https://shop.example/news/3", ""));
    assertThat(read.summary())
        .isEqualTo(new SitemapSummary(Optional.of(SitemapKind.RSS), 3, 1, Optional.empty(), false));
  }

  @Test
  void readsRss1InItsEncoding() throws Exception {
    Read read = readFile("feed-rss-1.xml");
    assertThat(read.entries())
        .containsExactly(page("https://shop.example/b%C3%BCcher", "2026-01-31T12:30:00Z"));
    assertThat(read.summary().kind()).contains(SitemapKind.RDF);
  }

  @Test
  void readsAtom() throws Exception {
    Read read = readFile("feed-atom.xml");
    assertThat(read.entries())
        .containsExactly(
            page("https://shop.example/news/1?a=1&b=2", "2026-01-31T12:30:00.123Z"),
            page("https://shop.example/maps/news/2", "2026-01-30T12:30:00Z"));
    assertThat(read.summary())
        .isEqualTo(
            new SitemapSummary(Optional.of(SitemapKind.ATOM), 2, 1, Optional.empty(), false));
  }

  @Test
  void readsLines() throws Exception {
    Read read = readFile("sitemap-of-lines.txt");
    assertThat(read.urls())
        .containsExactly(
            "https://shop.example/a", "https://shop.example/b", "https://shop.example/c");
    assertThat(read.summary())
        .isEqualTo(
            new SitemapSummary(Optional.of(SitemapKind.TEXT), 3, 1, Optional.empty(), false));
  }

  @Test
  void readsThemPackedAsWell() throws Exception {
    for (String name : FILES) {
      byte[] file = Urls.file(name);
      assertThat(read(packed(file))).as(name).isEqualTo(read(file));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-8"})
  void readsUnicodeWithAByteOrderMark(String charset) {
    byte[] file =
        "\ufeff<urlset><url><loc>https://shop.example/ü</loc></url></urlset>"
            .getBytes(Charset.forName(charset));
    assertThat(read(file).urls()).containsExactly("https://shop.example/%C3%BC");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\ufeff"})
  void readsATextWhateverItDeclares(String mark) throws Exception {
    String text =
        mark
            + "<?xml version='1.0' encoding='ISO-8859-1'?>"
            + "<urlset><url><loc>https://shop.example/ü</loc></url></urlset>";
    List<String> urls = new ArrayList<>();
    SitemapSummary summary =
        SitemapReader.defaults().readText(LOCATION, 0, text, entry -> urls.add(entry.url()));

    assertThat(urls).containsExactly("https://shop.example/%C3%BC");
    assertThat(summary.fault()).isEmpty();
  }

  @Test
  void readsXmlBehindWhiteSpace() {
    String file = "\n\n <?xml version='1.0'?><urlset><url><loc>http://a.b/</loc></url></urlset>";
    assertThat(read(file).urls()).containsExactly("http://a.b/");
    assertThat(read("\ufeff\r\n" + file).urls()).containsExactly("http://a.b/");
  }

  @Test
  void deliversWhatStandsBeforeBrokenXml() {
    String file =
        "<urlset>\n<url><loc>http://a.b/1</loc></url>\n<url><loc>http://a.b/2?x=1&y=2</loc>";
    Read read = read(file);
    assertThat(read.urls()).containsExactly("http://a.b/1");
    assertThat(read.summary().kind()).contains(SitemapKind.URLSET);
    assertThat(read.fault())
        .isEqualTo(
            "its XML is broken in line 3: The reference to entity \"y\" must end with the ';'"
                + " delimiter.");
    assertThat(read("<urlset><url><loc>http://a.b/1</loc></url>").fault())
        .startsWith("its XML is broken in line 1: XML document structures must start and end");
    assertThat(read.summary().isTooLong()).isFalse();
  }

  @Test
  void deliversWhatStandsBeforeAStreamBreaksOff() throws Exception {
    byte[] map = Urls.file("sitemap-of-a-shop.xml");
    byte[] packed = packed(map);
    Read cut = read(Arrays.copyOf(packed, packed.length - 20));
    assertThat(cut.fault()).isEqualTo("it breaks off: Unexpected end of ZLIB input stream");
    assertThat(cut.summary().kind()).contains(SitemapKind.URLSET);

    InputStream failing =
        new SequenceInputStream(
            new ByteArrayInputStream("http://a.b/1\nhttp://a.b/2".getBytes(UTF_8)),
            new InputStream() {
              @Override
              public int read() throws IOException {
                throw new IOException("connection reset");
              }

              @Override
              public int read(byte[] buffer, int offset, int length) throws IOException {
                return read();
              }
            });
    Read lines = read(failing, SitemapReader.defaults(), 0);
    assertThat(lines.urls()).as("the second may go on").containsExactly("http://a.b/1");
    assertThat(lines.fault()).isEqualTo("it breaks off: connection reset");
  }

  @Test
  void stopsAtItsLimit() throws Exception {
    SitemapReader small = new SitemapReader(100_000, 3);
    StringBuilder map = new StringBuilder("<urlset>");
    for (int i = 0; i < 10_000; i++) {
      map.append("<url><loc>http://a.b/").append(i).append("</loc></url>");
    }
    byte[] file = map.append("</urlset>").toString().getBytes(UTF_8);
    for (byte[] each : List.of(file, packed(file))) {
      Read read = read(new ByteArrayInputStream(each), small, 0);
      assertThat(read.fault()).isEqualTo("it is longer than 100000 bytes, unpacked");
      assertThat(read.summary().isTooLong()).isTrue();
      assertThat(read.entries()).hasSizeBetween(2000, 3000);
    }
    assertThat(read(file).entries()).hasSize(10_000);
    assertThatThrownBy(() -> new SitemapReader(0, 3)).isInstanceOf(IllegalArgumentException.class);
  }

  /** A gigabyte of the same, packed to a megabyte: what is not read takes no time. */
  @Test
  void doesNotUnpackABomb() throws Exception {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      byte[] lines = "http://a.b/c\n".repeat(5000).getBytes(UTF_8);
      for (int i = 0; i < 1000; i++) {
        gzip.write(lines);
      }
    }
    long[] taken = {0};
    SitemapSummary summary =
        new SitemapReader(1 << 20, 3)
            .read(LOCATION, 0, new ByteArrayInputStream(packed.toByteArray()), e -> taken[0]++);
    assertThat(summary.fault()).contains("it is longer than 1048576 bytes, unpacked");
    assertThat(taken[0]).isEqualTo(summary.entries()).isBetween(79_000L, 81_000L);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<urlset><!-- %s --></urlset>",
        "<urlset><url><loc a='%s'>http://a.b/</loc></url></urlset>",
        "<urlset><url><loc><![CDATA[%s]]></loc></url></urlset>",
        "<urlset><?pi %s?></urlset>",
        "<!DOCTYPE urlset [<!-- %s -->]><urlset/>"
      })
  void stopsAtAPieceThatWouldFillTheMemory(String file) {
    Read read = read(file.formatted("x".repeat(2 << 20)));
    assertThat(read.fault()).isEqualTo("one piece of it is longer than 1048576 bytes");
    assertThat(read.summary().isTooLong()).isTrue();
    assertThat(read(file.formatted("x".repeat(100_000))).summary().fault()).isEmpty();
  }

  @Test
  void cutsOffTextsThatAreTooLong() {
    Read read =
        read(
            "<urlset><url><loc>http://a.b/"
                + "x".repeat(3 << 20)
                + "</loc></url><url><loc>http://a.b/</loc></url></urlset>");
    assertThat(read.entries()).hasSize(2);
    assertThat(read.urls().getFirst()).hasSizeLessThan(50_000);
    Read lines = read("http://a.b/" + "x".repeat(3 << 20) + "\nhttp://a.b/");
    assertThat(lines.entries()).hasSize(2);
    assertThat(lines.urls().getFirst()).hasSizeLessThan(10_000);
  }

  @Test
  void stopsWhereElementsAreNestedWithoutEnd() {
    assertThat(read("<urlset>" + "<a>".repeat(1_000_000)).fault())
        .isEqualTo("its elements are nested more than 200 deep");
  }

  @Test
  void readsNoEntitiesButThoseOfXml() {
    String bomb =
        """
        <!DOCTYPE urlset [
          <!ENTITY a "http://a.b/">
          <!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
          <!ENTITY file SYSTEM "file:///etc/hostname">
          %remote;
        ]>
        <urlset><url><loc>http://a.b/1&b;&file;&amp;&#50;</loc></url></urlset>
        """;
    assertThat(read(bomb).urls()).containsExactly("http://a.b/1&2");
  }

  /** The JDK bounds how many entities may be expanded; what XML itself has must not count. */
  @Test
  void readsAsManyAmpersandsAsThereAre() {
    String url = "<url><loc>http://a.b/?" + "&amp;x=1".repeat(20) + "</loc></url>";
    Read read = read("<urlset>" + url.repeat(20_000) + "</urlset>");
    assertThat(read.fault()).isEqualTo("none");
    assertThat(read.entries()).hasSize(20_000);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | it is empty",
        "' \n ' | it is empty",
        "<!DOCTYPE html><html><body>no</body></html> | it is no sitemap and no feed: it begins with"
            + " <html>",
        "not found | it is no sitemap and no feed: no line of it is a URL",
        "{\"error\": 404} | it is no sitemap and no feed: no line of it is a URL",
      })
  void saysWhatIsNoSitemap(String file, String fault) {
    Read read = read(file);
    assertThat(read.entries()).isEmpty();
    assertThat(read.summary().kind()).isEmpty();
    assertThat(read.fault()).isEqualTo(fault);
  }

  @Test
  void letsTheInterruptOfItsSinkThrough() throws Exception {
    byte[] file = Urls.file("sitemap-of-a-shop.xml");
    assertThatThrownBy(() ->
            SitemapReader.defaults()
                .read(
                    LOCATION,
                    0,
                    new ByteArrayInputStream(file),
                    entry -> {
                      throw new InterruptedException("stop");
                    }))
        .isInstanceOf(InterruptedException.class)
        .hasMessage("stop");
  }

  @Property(tries = 3000)
  void neverFailsOnMutilatedFiles(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    byte[] file = Urls.file(FILES.get(random.nextInt(FILES.size())));
    if (random.nextInt(8) == 0) {
      file = packed(file);
    }
    if (random.nextInt(20) == 0) {
      file = new String(file, UTF_8).getBytes(UTF_16LE);
    }
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      int at = random.nextInt(file.length);
      switch (random.nextInt(3)) {
        case 0 -> file[at] = (byte) random.nextInt(256);
        case 1 -> file = Arrays.copyOf(file, at + 1);
        default -> file[at] = (byte) "<>&;/!?[]\"'= ".charAt(random.nextInt(13));
      }
    }
    Read read = read(file);
    assertThat(read.entries()).allSatisfy(entry -> assertThat(entry.url()).isNotBlank());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2026 | 2026-01-01T00:00:00Z",
        "2026-02 | 2026-02-01T00:00:00Z",
        "2026-02-03 | 2026-02-03T00:00:00Z",
        "2026-02-03T04:05Z | 2026-02-03T04:05:00Z",
        "2026-02-03T04:05:06+02:00 | 2026-02-03T02:05:06Z",
        "2026-02-03T04:05:06.789-0200 | 2026-02-03T06:05:06.789Z",
        "2026-02-03T04:05:06.5Z | 2026-02-03T04:05:06.500Z",
        "2026-02-03T04:05:06.1234567Z | 2026-02-03T04:05:06.123456700Z",
        "2026-02-03 04:05:06 | 2026-02-03T04:05:06Z",
        "Tue, 03 Feb 2026 04:05:06 GMT | 2026-02-03T04:05:06Z",
        "Fri, 3 Feb 2026 04:05:06 +0100 | 2026-02-03T03:05:06Z",
        "3 feb 26 04:05 EST | 2026-02-03T09:05:00Z",
        "Tue, 03 Feb 2026 04:05:06 UT | 2026-02-03T04:05:06Z",
        "2026-13-01 | ''",
        "2026-02-30T00:00:00Z | ''",
        "tomorrow | ''",
        "'' | ''",
      })
  void readsTimes(String text, String expected) {
    assertThat(EntryDate.parse(text).map(Instant::toString).orElse("")).isEqualTo(expected);
  }
}
