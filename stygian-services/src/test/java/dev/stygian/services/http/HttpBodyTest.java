package dev.stygian.services.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class HttpBodyTest {
  private static final String TEXT = "Grüße aus dem Web. ".repeat(20);

  /** {@link #TEXT} as brotli; the JDK has no encoder. */
  private static final byte[] TEXT_BROTLI =
      Base64.getDecoder().decode("G6MB+K0ObBdsI6737g9dhSLi6mg4y8Tk6pM3r8LIEsSlrtrmgsIgYUk+ukEB");

  /** 64 MiB of zeros as brotli. */
  private static final byte[] BROTLI_BOMB =
      Base64.getDecoder()
          .decode(
              "y///P/gnAOKxQCD3/o///3/wTwDEYRGA7v0f////4J8AiMMCAN37P/7//8E/ARCHBQC693/8//+DfwIg"
                  + "DgsAdO//+P//B/8EQBwWAOje//H//w/+CYA4LADQvf/L//8//BMAcVgAoHv/Bw==");

  private final MockWebServer server = new MockWebServer();
  private final HttpService service = new HttpService();

  @BeforeEach
  void start() throws Exception {
    server.start();
  }

  @AfterEach
  void stop() {
    service.close();
    server.close();
  }

  private Given answered(byte[] body, String... headers) {
    MockResponse.Builder answer = new MockResponse.Builder().body(new Buffer().write(body));
    for (String header : headers) {
      answer.addHeader(header);
    }
    server.enqueue(answer.build());
    return Given.url(server.url("/"));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }

  private static byte[] deflate(byte[] bytes, boolean bare) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, bare);
    try (OutputStream out = new DeflaterOutputStream(packed, deflater)) {
      out.write(bytes);
    }
    deflater.end();
    return packed.toByteArray();
  }

  private static String text(JsonNode page) {
    return page.get("body").asString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "x-gzip", "GZIP", " gzip , identity"})
  void unpacksGzip(String coding) throws Exception {
    assertThat(text(answered(gzip(utf8(TEXT)), "Content-Encoding: " + coding).pageFrom(service)))
        .isEqualTo(TEXT);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void unpacksDeflateWithAndWithoutItsHeader(boolean bare) throws Exception {
    assertThat(
            text(
                answered(deflate(utf8(TEXT), bare), "Content-Encoding: deflate").pageFrom(service)))
        .isEqualTo(TEXT);
  }

  @Test
  void unpacksBrotli() throws Exception {
    assertThat(text(answered(TEXT_BROTLI, "Content-Encoding: br").pageFrom(service)))
        .isEqualTo(TEXT);
  }

  @Test
  void undoesSeveralCodingsLastOneFirst() throws Exception {
    assertThat(text(answered(gzip(TEXT_BROTLI), "Content-Encoding: br, gzip").pageFrom(service)))
        .isEqualTo(TEXT);
    assertThat(
            text(
                answered(
                        gzip(deflate(utf8(TEXT), false)),
                        "Content-Encoding: deflate",
                        "Content-Encoding: gzip")
                    .pageFrom(service)))
        .isEqualTo(TEXT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate", "br"})
  void takesAnEmptyBodyAsEmptyWhateverItsCoding(String coding) throws Exception {
    assertThat(text(answered(new byte[0], "Content-Encoding: " + coding).pageFrom(service)))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate", "br"})
  void takesWhatDoesNotUnpackAsRetryable(String coding) throws Exception {
    assertThat(
            answered(utf8("this is plain text"), "Content-Encoding: " + coding)
                .retryableReason(service))
        .contains("failed: ");
  }

  @Test
  void takesAGzipThatBreaksOffAsRetryable() throws Exception {
    byte[] whole = gzip(utf8(TEXT.repeat(100)));

    assertThat(
            answered(Arrays.copyOf(whole, whole.length / 2), "Content-Encoding: gzip")
                .retryableReason(service))
        .contains("failed: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"zstd", "gzip, zstd", "gzip, gzip, gzip, gzip, gzip"})
  void refusesACodingThatItDoesNotKnow(String coding) throws Exception {
    assertThat(answered(utf8("?"), "Content-Encoding: " + coding).permanentReason(service))
        .contains("content coding")
        .endsWith("only gzip, deflate and br are understood");
  }

  @Test
  void takesABodyOfExactlyTheCap() throws Exception {
    assertThat(
            text(answered(utf8("x".repeat(1000))).config("{'max_body': 1000}").pageFrom(service)))
        .hasSize(1000);
    assertThat(
            text(
                answered(gzip(utf8("x".repeat(1000))), "Content-Encoding: gzip")
                    .config("{'max_body': '1000 B'}")
                    .pageFrom(service)))
        .hasSize(1000);
  }

  @Test
  void refusesABodyWhoseLengthIsOverTheCapWithoutReadingIt() throws Exception {
    server.enqueue(
        new MockResponse.Builder()
            .setHeader("Content-Length", "1001")
            .onResponseBody(SocketEffect.Stall.INSTANCE)
            .build());

    assertThat(Given.url(server.url("/")).config("{'max_body': 1000}").permanentReason(service))
        .isEqualTo(
            "GET "
                + server.url("/")
                + " answered with a body that is too large: it has 1001 bytes by its"
                + " Content-Length, max_body allows 1000 bytes");
  }

  @Test
  void refusesABodyWithoutALengthThatGoesOnOverTheCap() throws Exception {
    server.enqueue(new MockResponse.Builder().chunkedBody("x".repeat(100_000), 1000).build());

    assertThat(Given.url(server.url("/")).config("{'max_body': '10 KB'}").permanentReason(service))
        .endsWith("too large: it goes on, max_body allows 10240 bytes");
  }

  @Test
  void refusesAGzipBombWithoutUnpackingItWhole() throws Exception {
    byte[] bomb = gzip(gzip(new byte[64 << 20]));

    assertThat(bomb.length).isLessThan(10_000);
    assertThat(
            answered(bomb, "Content-Encoding: gzip, gzip")
                .config("{'max_body': '100 KB'}")
                .permanentReason(service))
        .endsWith("too large: it goes on when unpacked, max_body allows 102400 bytes");
  }

  @Test
  void refusesABrotliBombWithoutUnpackingItWhole() throws Exception {
    assertThat(answered(BROTLI_BOMB, "Content-Encoding: br").permanentReason(service))
        .endsWith("too large: it goes on when unpacked, max_body allows 10485760 bytes");
  }

  @Test
  void countsTheBytesOfAPackedBodyToo() throws Exception {
    ByteArrayOutputStream members = new ByteArrayOutputStream();
    for (int i = 0; i < 100; i++) {
      members.write(gzip(new byte[0])); // 20 bytes each that unpack to nothing
    }
    server.enqueue(
        new MockResponse.Builder()
            .addHeader("Content-Encoding: gzip")
            .chunkedBody(new Buffer().write(members.toByteArray()), 500)
            .build());

    assertThat(Given.url(server.url("/")).config("{'max_body': 1000}").permanentReason(service))
        .contains("too large: it goes on");
  }

  @Test
  void goesOnWithAnotherRequestAfterABodyOverTheCap() throws Exception {
    answered(utf8("x".repeat(5000))).config("{'max_body': 10}").permanentReason(service);

    assertThat(text(answered(utf8("next")).pageFrom(service))).isEqualTo("next");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      value = {
        // header | body before "ü" | encoded as | charset put out
        "none | <p> | UTF-8 | utf-8",
        "text/html | <p> | UTF-8 | utf-8",
        "text/html; charset=utf-8 | <p> | UTF-8 | utf-8",
        "text/html; charset=\"UTF-8\" | <p> | UTF-8 | utf-8",
        "text/html; charset=ISO-8859-1 | <p> | ISO-8859-1 | windows-1252",
        "text/html; charset=iso-8859-15 | <p> | ISO-8859-15 | iso-8859-15",
        "text/html;level=1;Charset='windows-1252' | <p> | windows-1252 | windows-1252",
        "text/html; charset=UTF-16LE | <p> | UTF-16LE | utf-16le",
        "text/html | <meta charset=iso-8859-1> | ISO-8859-1 | windows-1252",
        "text/html | <META CHARSET=\"windows-1252\"> | windows-1252 | windows-1252",
        "text/html | <meta http-equiv=\"Content-Type\" content=\"text/html; charset=latin1\"> |"
            + " ISO-8859-1 | windows-1252",
        "text/html | <meta charset=utf-16> | UTF-8 | utf-8",
        "text/html | <meta charset=klingon> | UTF-8 | utf-8",
        "text/html; charset=klingon | <meta charset=latin1> | ISO-8859-1 | windows-1252",
        "text/html; charset=utf-8 | <meta charset=latin1> | UTF-8 | utf-8",
        "application/xml | <?xml version='1.0' encoding='ISO-8859-1'?> | ISO-8859-1 | windows-1252",
        "text/plain | <meta charset=latin1> | UTF-8 | utf-8",
        "application/json | { | UTF-8 | utf-8",
        "application/ld+json | { | UTF-8 | utf-8",
      })
  void readsTheCharsetFromHeaderAndDocument(
      String type, String before, String encoding, String charset) throws Exception {
    byte[] body = (before + "ü").getBytes(Charset.forName(encoding));

    JsonNode page =
        (type == null ? answered(body) : answered(body, "Content-Type: " + type)).pageFrom(service);

    assertThat(text(page)).isEqualTo(before + "ü");
    assertThat(page.get("charset").asString()).isEqualTo(charset);
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-8", "UTF-16LE", "UTF-16BE"})
  void believesAByteOrderMarkBeforeTheHeader(String charset) throws Exception {
    byte[] body = "\ufeff<p>ü".getBytes(Charset.forName(charset));

    JsonNode page = answered(body, "Content-Type: text/html; charset=latin1").pageFrom(service);

    assertThat(text(page)).isEqualTo("<p>ü");
    assertThat(page.get("charset").asString())
        .isEqualTo(charset.toLowerCase(java.util.Locale.ROOT));
  }

  @Test
  void believesTheConfigBeforeEverythingElse() throws Exception {
    JsonNode page =
        answered(
                "ü".getBytes(StandardCharsets.ISO_8859_1), "Content-Type: text/html; charset=utf-8")
            .config("{'charset': 'latin1'}")
            .pageFrom(service);

    assertThat(text(page)).isEqualTo("ü");
  }

  @Test
  void putsAReplacementWhereBytesAreMalformed() throws Exception {
    assertThat(
            text(
                answered(new byte[] {'a', (byte) 0xff, 'b'}, "Content-Type: text/plain")
                    .pageFrom(service)))
        .isEqualTo("a\ufffdb");
  }

  @ParameterizedTest
  @ValueSource(strings = {"image/png", "application/octet-stream", "application/pdf", "audio/mpeg"})
  void putsOutBinaryTypesAsBase64(String type) throws Exception {
    byte[] body = {1, 2, 3, 0, (byte) 0xff};

    JsonNode page = answered(body, "Content-Type: " + type).pageFrom(service);

    assertThat(page.get("body_base64").binaryValue()).isEqualTo(body);
    assertThat(page.has("body")).isFalse();
    assertThat(page.get("charset").isNull()).isTrue();
  }

  /** As servers send {@code sitemap.xml.gz} that do not know the end of its name. */
  @ParameterizedTest
  @ValueSource(strings = {"application/xml", "text/xml; charset=utf-8", "text/plain", "text/html"})
  void putsOutWhatIsPackedAsBase64WhateverTypeItIsSentWith(String type) throws Exception {
    byte[] body = gzip(utf8("<urlset/>"));

    JsonNode page = answered(body, "Content-Type: " + type).pageFrom(service);
    JsonNode decoded =
        answered(body, "Content-Type: " + type).config("{'charset': 'utf-8'}").pageFrom(service);

    assertThat(page.get("body_base64").binaryValue()).isEqualTo(body);
    assertThat(page.has("body")).isFalse();
    assertThat(decoded.get("body_base64").binaryValue()).isEqualTo(body);
  }

  @Test
  void tellsTextFromBinaryWhereNoTypeIsDeclared() throws Exception {
    JsonNode binary = answered(new byte[] {(byte) 0x89, 'P', 'N', 'G', 0, 1}).pageFrom(service);
    JsonNode text = answered(utf8("a\tb\r\nc")).pageFrom(service);

    assertThat(binary.has("body_base64")).isTrue();
    assertThat(binary.get("content_type").isNull()).isTrue();
    assertThat(text(text)).isEqualTo("a\tb\r\nc");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/css",
        "image/svg+xml",
        "application/xhtml+xml",
        "application/javascript",
        "application/x-ndjson",
        "application/x-www-form-urlencoded",
        "application/foo; charset=utf-8"
      })
  void putsOutTextualTypesAsText(String type) throws Exception {
    assertThat(text(answered(utf8("a"), "Content-Type: " + type).pageFrom(service))).isEqualTo("a");
  }
}
