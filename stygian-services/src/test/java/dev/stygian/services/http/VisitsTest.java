package dev.stygian.services.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.service.Host;
import dev.stygian.graph.service.HostVisit;
import dev.stygian.graph.service.HostVisit.Answer;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.settings.HostScope;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests keep to their hosts' paces, and each is reported. */
class VisitsTest {
  private static final String SECRETS =
      "{'method': '%s', 'headers': {'Authorization': 'Bearer x', 'X-Key': '${env:KEY}', 'X-Open':"
          + " 'yes'}, 'max_redirects': 2}";

  private final MockWebServer server = new MockWebServer();
  private final MockWebServer other = new MockWebServer();
  private final FakeFleet fleet = FakeFleet.withoutRobots();
  private final HttpService service = new HttpService();

  @BeforeEach
  void start() throws Exception {
    server.start();
    other.start();
    fleet.lane = Optional.of(host(server));
  }

  @AfterEach
  void stop() {
    service.close();
    server.close();
    other.close();
  }

  private static String host(MockWebServer of) {
    return of.getHostName() + ":" + of.getPort();
  }

  private void answer(int status, String... header) {
    MockResponse.Builder response = new MockResponse.Builder().code(status);
    if (header.length > 0) {
      response.addHeader(header[0], header[1]);
    }
    server.enqueue(response.build());
  }

  private Given given() {
    return Given.url(server.url("/a")).env("KEY", "s3cret").fleet(fleet);
  }

  private Answer onlyAnswer() {
    assertThat(fleet.visits).hasSize(1).allMatch(visit -> visit.host().equals(host(server)));
    return fleet.visits.getFirst().answer();
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 503})
  void hostMayAskForFewer(int status) throws Exception {
    answer(status, "Retry-After", "7");

    assertThat(given().fetchedBy(service)).isInstanceOf(Outcome.RateLimited.class);
    assertThat(onlyAnswer()).isEqualTo(new Answer.TooMany(Duration.ofSeconds(7)));
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 503})
  void hostMayAskForFewerWithoutSayingForHowLong(int status) throws Exception {
    answer(status);

    assertThat(given().fetchedBy(service)).isInstanceOf(Outcome.RateLimited.class);
    assertThat(onlyAnswer()).isEqualTo(new Answer.TooMany(Duration.ZERO));
  }

  @ParameterizedTest
  @ValueSource(ints = {502, 504})
  void gatewayMaySayThatTheHostDoesNotAnswer(int status) throws Exception {
    answer(status);

    assertThat(given().fetchedBy(service)).isInstanceOf(Outcome.Retryable.class);
    assertThat(onlyAnswer()).isEqualTo(new Answer.Failure());
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 404, 500})
  void anyOtherAnswerIsOne(int status) throws Exception {
    answer(status);

    given().fetchedBy(service);

    assertThat(onlyAnswer()).isEqualTo(new Answer.Fine());
  }

  @Test
  void refusedConnectionIsAFailure() throws Exception {
    server.close();

    assertThat(given().fetchedBy(service)).isInstanceOf(Outcome.Retryable.class);
    assertThat(onlyAnswer()).isEqualTo(new Answer.Failure());
  }

  @Test
  void refusedAddressIsNoVisit() throws Exception {
    assertThat(given().publicOnly().fetchedBy(service)).isInstanceOf(Outcome.Permanent.class);
    assertThat(fleet.visits).isEmpty();
  }

  @Test
  void bytesAreCountedAsTheyCame() throws Exception {
    server.enqueue(new MockResponse.Builder().chunkedBody("x".repeat(5000), 1000).build());

    given().pageFrom(service);

    assertThat(fleet.visits).extracting(HostVisit::bytes).containsExactly(5000L);
  }

  /** The client would ask again at once, by itself, and have no start for it. */
  @Test
  void wishToBeAskedAgainAtOnceIsOneForFewerRequests() throws Exception {
    answer(503, "Retry-After", "0");
    fleet.grantOne(host(server));

    assertThat(given().fetchedBy(service)).isInstanceOf(Outcome.RateLimited.class);
    assertThat(onlyAnswer()).isEqualTo(new Answer.TooMany(Duration.ZERO));
    assertThat(server.getRequestCount()).isEqualTo(1);
  }

  @Test
  void answerAfterWhichTheClientAsksAgainTakesTheStart() throws Exception {
    answer(408);
    fleet.grantOne(host(server));

    Outcome outcome = given().fetchedBy(service);

    assertThat(outcome).isInstanceOf(Outcome.Retryable.class);
    assertThat(outcome.toString()).contains("answered 408");
    assertThat(onlyAnswer()).isEqualTo(new Answer.Failure());
    assertThat(server.getRequestCount()).isEqualTo(1);
  }

  /** Most hosts close a connection that has waited for some seconds: less than many intervals. */
  @Test
  void connectionThatTheHostHasClosedCostsNoStart() throws Exception {
    try (ClosingServer closing = new ClosingServer()) {
      String url = "http://" + closing.host() + "/a";
      for (int i = 0; i < 3; i++) {
        fleet.grantOne(closing.host());

        assertThat(Given.url(HttpUrl.get(url)).fleet(fleet).pageFrom(service)).isNotNull();
        closing.awaitClosed();
      }
      assertThat(fleet.visits).hasSize(3);
    }
  }

  /** Answers one request on each connection and closes it, without having said so. */
  private static final class ClosingServer implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    private final Semaphore closed = new Semaphore(0);

    ClosingServer() throws IOException {
      Thread.ofVirtual().start(this::serve);
    }

    String host() {
      return "127.0.0.1:" + socket.getLocalPort();
    }

    void awaitClosed() throws InterruptedException {
      assertThat(closed.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
    }

    private void serve() {
      while (true) {
        try (Socket connection = socket.accept()) {
          BufferedReader request =
              new BufferedReader(new InputStreamReader(connection.getInputStream(), US_ASCII));
          if (request.lines().takeWhile(line -> !line.isEmpty()).count() > 0) {
            connection
                .getOutputStream()
                .write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".getBytes(US_ASCII));
          }
        } catch (IOException _) {
          return;
        }
        closed.release();
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void nothingIsSentWhenTheTimeToStartIsOver() throws Exception {
    fleet.starts = 0;

    assertThat(given().fetchedBy(service)).isEqualTo(new Outcome.NotNow(true, Duration.ZERO));
    assertThat(server.getRequestCount()).isZero();
    assertThat(fleet.visits).isEmpty();
  }

  @Test
  void taskInAnotherHostsLaneIsSentToItsOwn() throws Exception {
    fleet.lane = Optional.of("elsewhere.test");
    fleet.paced.add(host(server));

    assertThat(given().fetchedBy(service))
        .isEqualTo(new Outcome.Elsewhere(new Host(host(server)), true));
    assertThat(server.getRequestCount()).isZero();
  }

  @Test
  void redirectToAHostWithoutAPaceIsFollowedAtOnce() throws Exception {
    answer(302, "Location", other.url("/b").toString());
    other.enqueue(new MockResponse.Builder().body("arrived").build());

    assertThat(given().pageFrom(service).get("body").asString()).isEqualTo("arrived");
    assertThat(fleet.visits).extracting(HostVisit::host).containsExactly(host(server), host(other));
    assertThat(fleet.sent).containsExactly(host(server), host(other));
  }

  /** As where the host's pace was learnt, and the pipeline names none. */
  @Test
  void eachStartThatIsGoodOnceLeadsAHopFurther() throws Exception {
    List<Class<?>> outcomes = new ArrayList<>();
    for (String next : List.of("/b", "/c")) {
      fleet.grantOne(host(server));
      answer(302, "Location", next);
      outcomes.add(given().fetchedBy(service).getClass());
    }
    fleet.grantOne(host(server));
    answer(200);
    given().pageFrom(service);

    assertThat(outcomes).containsOnly(Outcome.Elsewhere.class);
    assertThat(server.takeRequest().getTarget()).isEqualTo("/a");
    assertThat(server.takeRequest().getTarget()).isEqualTo("/b");
    assertThat(server.takeRequest().getTarget()).isEqualTo("/c");
  }

  @Test
  void redirectToAHostWithoutAPaceNeedsNoStart() throws Exception {
    fleet.grantOne(host(server));
    answer(302, "Location", other.url("/b").toString());
    other.enqueue(new MockResponse.Builder().body("arrived").build());

    assertThat(given().pageFrom(service).get("body").asString()).isEqualTo("arrived");
  }

  @Test
  void startThatIsOverLeavesARedirectWhereItWas() throws Exception {
    fleet.grantOne(host(server));
    answer(302, "Location", "/b");
    given().fetchedBy(service);
    fleet.grantOne(host(server));
    fleet.starts = 0;
    assertThat(given().fetchedBy(service)).isEqualTo(new Outcome.NotNow(true, Duration.ZERO));

    fleet.grantOne(host(server));
    answer(200);
    assertThat(given().pageFrom(service).get("final_url").asString())
        .isEqualTo(server.url("/b").toString());
  }

  @Test
  void hostIsNamedByTheScopeAndByItsUrl() throws Exception {
    Given shop = Given.url("https://www.shop.example.co.uk:8443/a").fleet(fleet);
    fleet.scope = HostScope.DOMAIN;
    assertThat(service.host(shop.call()))
        .contains(new Host("example.co.uk", "www.shop.example.co.uk:8443"));
    fleet.scope = HostScope.HOST;
    assertThat(service.host(shop.call())).contains(new Host("www.shop.example.co.uk:8443"));
    fleet.scope = HostScope.IP;
    assertThat(service.host(Given.url("http://localhost/a").fleet(fleet).call()).orElseThrow())
        .satisfies(host -> assertThat(host.name()).isNotEqualTo("localhost"))
        .extracting(Host::inUrl)
        .isEqualTo("localhost");
  }

  @Test
  void longNameIsThatOfItsLane() {
    String name = "x".repeat(60) + ".";
    String host = name.repeat(4) + "example";

    assertThat(new Host(host).name()).hasSize(200);
    assertThat(new Host(host).inUrl()).isEqualTo(host);
  }

  /** Fetches until a redirect leads to the paced host, then goes on in that host's lane. */
  private RecordedRequest goneOn(int status, String method) throws Exception {
    fleet.paced.add(host(other));
    answer(status, "Location", other.url("/b").toString());
    Given given = given().config(SECRETS.formatted(method));
    assertThat(given.fetchedBy(service))
        .isEqualTo(new Outcome.Elsewhere(new Host(host(other)), false));
    assertThat(other.getRequestCount()).isZero();

    fleet.lane = Optional.of(host(other));
    other.enqueue(new MockResponse.Builder().body("arrived").build());
    assertThat(given.pageFrom(service).get("final_url").asString())
        .isEqualTo(other.url("/b").toString());
    assertThat(server.getRequestCount()).isEqualTo(1);
    return other.takeRequest();
  }

  @Test
  void redirectToAHostWithAPaceIsFollowedInItsLane() throws Exception {
    RecordedRequest request = goneOn(302, "GET");

    assertThat(request.getTarget()).isEqualTo("/b");
    assertThat(request.getHeaders().names())
        .contains("X-Open")
        .doesNotContain("Authorization", "X-Key");
  }

  @Test
  void whatWaitsForAHostIsNotedWithoutSecrets() throws Exception {
    goneOn(302, "GET");

    assertThat(fleet.notes.values.values())
        .isNotEmpty()
        .allSatisfy(note ->
            assertThat(new String(note, java.nio.charset.StandardCharsets.UTF_8))
                .doesNotContain("s3cret", "Bearer"));
  }

  @ParameterizedTest
  @ValueSource(ints = {303, 307})
  void methodGoesOnAsItWould(int status) throws Exception {
    assertThat(goneOn(status, "POST").getMethod()).isEqualTo(status == 303 ? "GET" : "POST");
  }

  @Test
  void bodyGoesOnToo() throws Exception {
    fleet.paced.add(host(other));
    answer(308, "Location", other.url("/b").toString());
    Given given = given().config("{'method': 'PUT', 'body': 'data'}");
    given.fetchedBy(service);

    fleet.lane = Optional.of(host(other));
    other.enqueue(new MockResponse.Builder().build());
    given.pageFrom(service);

    RecordedRequest request = other.takeRequest();
    assertThat(request.getMethod()).isEqualTo("PUT");
    assertThat(request.getBodySize()).isEqualTo(4);
  }

  @Test
  void credentialsGoOnWithinTheOriginOnly() throws Exception {
    fleet.paced.add(host(server));
    answer(302, "Location", "/b");
    Given given = given().config(SECRETS.formatted("GET"));
    assertThat(given.fetchedBy(service))
        .isEqualTo(new Outcome.Elsewhere(new Host(host(server)), false));
    answer(200);
    given.pageFrom(service);

    server.takeRequest();
    RecordedRequest second = server.takeRequest();
    assertThat(second.getTarget()).isEqualTo("/b");
    assertThat(second.getHeaders().names()).contains("Authorization", "X-Key", "X-Open");
  }

  @Test
  void credentialsStayAwayWhereTheRedirectComesBack() throws Exception {
    fleet.paced.add(host(server));
    answer(302, "Location", other.url("/b").toString());
    other.enqueue(
        new MockResponse.Builder()
            .code(302)
            .addHeader("Location", server.url("/c").toString())
            .build());
    Given given = given().config(SECRETS.formatted("GET"));
    assertThat(given.fetchedBy(service))
        .isEqualTo(new Outcome.Elsewhere(new Host(host(server)), false));
    answer(200);
    given.pageFrom(service);

    server.takeRequest();
    assertThat(server.takeRequest().getHeaders().names()).doesNotContain("Authorization", "X-Key");
  }

  @Test
  void redirectsAreCountedOverExecutions() throws Exception {
    fleet.paced.add(host(server));
    Given given = given().config(SECRETS.formatted("GET"));
    for (int i = 0; i < 2; i++) {
      answer(302, "Location", "/loop");
      assertThat(given.fetchedBy(service)).isInstanceOf(Outcome.Elsewhere.class);
    }
    answer(302, "Location", "/loop");

    assertThat(given.permanentReason(service))
        .endsWith("redirects once more after 2; max_redirects = 2 allows no more");
    assertThat(server.getRequestCount()).isEqualTo(3);
  }
}
