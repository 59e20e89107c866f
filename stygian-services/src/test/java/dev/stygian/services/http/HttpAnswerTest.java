package dev.stygian.services.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.service.Outcome;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.SocketEffect;
import okhttp3.Headers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What statuses and broken answers come to. */
class HttpAnswerTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  private final MockWebServer server = new MockWebServer();
  private final HttpService service =
      new HttpService(NameLookup.ofSystem(), InstantSource.fixed(NOW), client -> client);

  @BeforeEach
  void start() throws Exception {
    server.start();
  }

  @AfterEach
  void stop() {
    service.close();
    server.close();
  }

  private Given answered(MockResponse.Builder answer) {
    server.enqueue(answer.build());
    return Given.url(server.url("/page"));
  }

  private Given answered(int status) {
    return answered(new MockResponse.Builder().code(status));
  }

  @Test
  void putsOutThePageWithItsHeaders() throws Exception {
    JsonNode page =
        answered(
                new MockResponse.Builder()
                    .body("<p>hello")
                    .addHeader("Content-Type", "Text/HTML; charset=UTF-8")
                    .addHeader("X-One", "a")
                    .addHeader("x-one", "b")
                    .addHeader("Set-Cookie", "session=1"))
            .pageFrom(service);

    String url = server.url("/page").toString();
    assertThat(page.get("url").asString()).isEqualTo(url);
    assertThat(page.get("final_url").asString()).isEqualTo(url);
    assertThat(page.get("status").asInt()).isEqualTo(200);
    assertThat(page.get("content_type").asString()).isEqualTo("text/html");
    assertThat(page.get("charset").asString()).isEqualTo("utf-8");
    assertThat(page.get("body").asString()).isEqualTo("<p>hello");
    assertThat(page.get("headers").get("x-one").asString()).isEqualTo("a, b");
    assertThat(page.get("headers").has("set-cookie")).isFalse();
    assertThat(page.propertyNames())
        .containsExactly(
            "url", "final_url", "status", "headers", "content_type", "charset", "body");
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 201, 202, 204, 206})
  void takesEvery2xxAsSuccess(int status) throws Exception {
    assertThat(answered(status).pageFrom(service).get("status").asInt()).isEqualTo(status);
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 501, 502, 504, 520, 599})
  void takes5xxAsRetryable(int status) throws Exception {
    assertThat(answered(status).retryableReason(service))
        .isEqualTo("GET " + server.url("/page") + " answered " + status);
  }

  @Test
  void takes408AsRetryable() throws Exception {
    answered(408);

    assertThat(answered(408).retryableReason(service)).endsWith("answered 408");
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 403, 404, 405, 410, 418, 422, 451})
  void takesOther4xxAsPermanent(int status) throws Exception {
    assertThat(answered(status).permanentReason(service))
        .endsWith(
            "answered %1$d; to take that as a result, set accept_status = [%1$d]"
                .formatted(status));
  }

  @ParameterizedTest
  @ValueSource(ints = {300, 304})
  void takesA3xxThatLeadsNowhereAsPermanent(int status) throws Exception {
    assertThat(answered(status).permanentReason(service)).contains("answered " + status);
  }

  @Test
  void takesAnAcceptedStatusAsSuccess() throws Exception {
    JsonNode page =
        answered(new MockResponse.Builder().code(404).body("gone"))
            .config("{'accept_status': [404, 503]}")
            .pageFrom(service);

    assertThat(page.get("status").asInt()).isEqualTo(404);
    assertThat(page.get("body").asString()).isEqualTo("gone");
  }

  @ParameterizedTest
  @CsvSource({"429", "503"})
  void takesARateLimitWithoutATime(int status) throws Exception {
    assertThat(answered(status).fetchedBy(service))
        .isEqualTo(Outcome.rateLimited("GET " + server.url("/page") + " answered " + status));
  }

  @ParameterizedTest
  @CsvSource({"429, 7", "503, 120"})
  void takesARateLimitWithSeconds(int status, long seconds) throws Exception {
    assertThat(
            answered(
                    new MockResponse.Builder()
                        .code(status)
                        .addHeader("Retry-After", Long.toString(seconds)))
                .fetchedBy(service))
        .isEqualTo(
            Outcome.rateLimited(
                "GET " + server.url("/page") + " answered " + status, Duration.ofSeconds(seconds)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | | 0",
        " 30 | | 30",
        "99999999999999999999 | | 86400",
        "Sun, 01 Mar 2026 12:00:30 GMT | | 30",
        "Sunday, 01-Mar-26 12:00:30 GMT | | 30",
        "Sun Mar  1 12:00:30 2026 | | 30",
        "Sun, 01 Mar 2026 11:00:00 GMT | | 0",
        "Thu, 01 Mar 2126 12:00:00 GMT | | 86400",
        "Sun, 01 Mar 2026 10:00:45 GMT | Sun, 01 Mar 2026 10:00:00 GMT | 45",
      })
  void readsRetryAfterInBothForms(String value, String date, long seconds) {
    Headers.Builder headers = new Headers.Builder().add("Retry-After", value);
    if (date != null) {
      headers.add("Date", date);
    }
    assertThat(RetryAfter.of(headers.build(), InstantSource.fixed(NOW)))
        .contains(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @ValueSource(strings = {"soon", "-1", "1.5", ""})
  void ignoresARetryAfterThatIsNone(String value) {
    Headers headers = new Headers.Builder().add("Retry-After", value).build();

    assertThat(RetryAfter.of(headers, InstantSource.fixed(NOW))).isEmpty();
    assertThat(RetryAfter.of(Headers.EMPTY, InstantSource.fixed(NOW))).isEmpty();
  }

  @Test
  void takesARefusedConnectionAsRetryable() throws Exception {
    int port;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      port = closed.getLocalPort();
    }
    Outcome outcome = Given.url("http://127.0.0.1:" + port + "/").fetchedBy(service);

    assertThat(outcome).isInstanceOf(Outcome.Retryable.class);
    assertThat(((Outcome.Retryable) outcome).reason()).contains("GET http://127.0.0.1:" + port);
    assertThat(((Outcome.Retryable) outcome).cause()).isPresent();
  }

  @Test
  void takesAnUnknownHostAsRetryable() throws Exception {
    try (HttpService nowhere =
        new HttpService(
            host -> {
              throw new UnknownHostException(host);
            },
            InstantSource.system(),
            client -> client)) {
      assertThat(Given.url("http://nowhere.test/").retryableReason(nowhere))
          .isEqualTo(
              "GET http://nowhere.test/ failed: host \"nowhere.test\" is unknown: it does not"
                  + " resolve");
    }
  }

  @Test
  void takesAHostWithoutAddressesAsRetryable() throws Exception {
    try (HttpService nowhere =
        new HttpService(host -> List.of(), InstantSource.system(), client -> client)) {
      assertThat(Given.url("http://nowhere.test/").retryableReason(nowhere)).contains("nowhere");
    }
  }

  @Test
  void takesAConnectionThatBreaksBeforeTheAnswerAsRetryable() throws Exception {
    MockResponse.Builder broken =
        new MockResponse.Builder().onResponseStart(new SocketEffect.CloseSocket());

    assertThat(answered(broken).retryableReason(service)).contains("failed: ");
  }

  @Test
  void takesABodyThatBreaksOffAsRetryable() throws Exception {
    MockResponse.Builder broken =
        new MockResponse.Builder()
            .body("x".repeat(100_000))
            .onResponseBody(new SocketEffect.CloseSocket());

    assertThat(answered(broken).retryableReason(service)).contains("failed: ");
  }

  @Test
  void takesWhatIsNoHttpAsRetryable() throws Exception {
    assertThat(
            answered(new MockResponse.Builder().status("SSH-2.0-OpenSSH_9.2"))
                .retryableReason(service))
        .contains("failed: ");
  }

  @Test
  void takesAnAnswerThatNeverComesAsRetryable() throws Exception {
    MockResponse.Builder silent =
        new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE);

    assertThat(answered(silent).config("{'timeout': '300ms'}").retryableReason(service))
        .isEqualTo("GET " + server.url("/page") + " failed: no complete answer within 300ms");
  }

  @Test
  void endsABodyThatDripsWhenTheWholeTimeIsOver() throws Exception {
    MockResponse.Builder dripping =
        new MockResponse.Builder()
            .body("x".repeat(1000))
            .throttleBody(1, 100, TimeUnit.MILLISECONDS);

    assertThat(answered(dripping).config("{'timeout': '300ms'}").retryableReason(service))
        .endsWith("no complete answer within 300ms");
  }

  @Test
  void reusesTheConnectionAfterAnErrorPage() throws Exception {
    answered(new MockResponse.Builder().code(404).body("no")).permanentReason(service);
    answered(200).pageFrom(service);

    assertThat(server.takeRequest().getConnectionIndex()).isZero();
    assertThat(server.takeRequest().getConnectionIndex()).isZero();
  }

  @Test
  void answersAHeadRequestWithoutABody() throws Exception {
    JsonNode page =
        answered(
                new MockResponse.Builder()
                    .addHeader("Content-Encoding", "gzip")
                    .setHeader("Content-Length", "100000000"))
            .config("{'method': 'HEAD'}")
            .pageFrom(service);

    assertThat(page.get("body").asString()).isEmpty();
    assertThat(page.get("headers").get("content-length").asString()).isEqualTo("100000000");
  }

  @Test
  void keepsNoCookies() throws Exception {
    answered(new MockResponse.Builder().addHeader("Set-Cookie", "a=b")).pageFrom(service);
    answered(200).pageFrom(service);

    server.takeRequest();
    assertThat(Optional.ofNullable(server.takeRequest().getHeaders().get("Cookie"))).isEmpty();
  }
}
