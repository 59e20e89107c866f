package dev.stygian.services.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.service.EgressRule;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EgressTest {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  private final MockWebServer server = new MockWebServer();
  private final AtomicInteger lookups = new AtomicInteger();
  private final Deque<List<InetAddress>> answers = new ArrayDeque<>();
  private final HttpService service =
      new HttpService(
          host -> {
            lookups.incrementAndGet();
            return answers.isEmpty() ? List.of(LOOPBACK) : answers.remove();
          },
          InstantSource.system(),
          client -> client);

  @BeforeEach
  void start() throws Exception {
    server.start(LOOPBACK, 0);
  }

  @AfterEach
  void stop() {
    service.close();
    server.close();
  }

  private String url(String host) {
    return "http://" + host + ":" + server.getPort() + "/page";
  }

  private void enqueue(String body) {
    server.enqueue(new MockResponse.Builder().body(body).build());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[fe80::1]",
        "169.254.169.254",
        "localhost",
        "page.test",
      })
  void refusesEveryWayToWriteAPrivateAddress(String host) throws Exception {
    String reason = Given.url(url(host)).publicOnly().permanentReason(service);

    assertThat(reason).contains("is refused").contains("allow_private = true");
    assertThat(server.getRequestCount()).isZero();
  }

  @Test
  void saysWhichHostAndAddressWereRefusedAndWhatToDo() throws Exception {
    assertThat(Given.url(url("page.test")).publicOnly().permanentReason(service))
        .isEqualTo(
            "GET http://page.test:%1$d/page was not sent: address 127.0.0.1 (port %1$d) of host"
                    .formatted(server.getPort())
                + " \"page.test\" is refused: it is not globally routable (loopback); if it is"
                + " meant, set allow_private = true in the pipeline or start the worker with"
                + " --allow-private");
  }

  @Test
  void refusesANameWhoseAddressesAreAllPrivate() throws Exception {
    answers.add(List.of(LOOPBACK, InetAddress.ofLiteral("10.0.0.1"), InetAddress.ofLiteral("::1")));

    assertThat(Given.url(url("page.test")).publicOnly().permanentReason(service))
        .contains("is refused");
  }

  @Test
  void refusesARedirectToAPrivateAddress() throws Exception {
    String allowed = "public.test:" + server.getPort();
    server.enqueue(
        new MockResponse.Builder().code(302).addHeader("Location", url("127.0.0.1")).build());

    assertThat(
            Given.url(url("public.test"))
                .egress(new EgressRule(false, Set.of(allowed)))
                .permanentReason(service))
        .contains("GET http://127.0.0.1:")
        .contains("is refused");
    assertThat(server.getRequestCount()).isEqualTo(1);
  }

  @Test
  void allowsExactlyTheHostAndPortOfTheRule() throws Exception {
    enqueue("served");
    try (MockWebServer other = new MockWebServer()) {
      other.start(LOOPBACK, 0);
      EgressRule rule = new EgressRule(false, Set.of("127.0.0.1:" + server.getPort()));

      assertThat(Given.url(url("127.0.0.1")).egress(rule).pageFrom(service).get("body").asString())
          .isEqualTo("served");
      assertThat(Given.url(other.url("/")).egress(rule).permanentReason(service))
          .contains("is refused");
      assertThat(Given.url(url("page.test")).egress(rule).permanentReason(service))
          .contains("is refused");
    }
  }

  @Test
  void allowsPrivateAddressesWhereTheNodeOrTheWorkerDoes() throws Exception {
    enqueue("node");
    enqueue("worker");

    assertThat(
            Given.url(url("page.test"))
                .publicOnly()
                .config("{'allow_private': true}")
                .pageFrom(service)
                .get("body")
                .asString())
        .isEqualTo("node");
    assertThat(
            Given.url(url("page.test"))
                .egress(new EgressRule(true, Set.of()))
                .pageFrom(service)
                .get("body")
                .asString())
        .isEqualTo("worker");
  }

  @Test
  void refusesTheSecondAnswerOfANameThatFirstWasPublic() throws Exception {
    answers.add(List.of(InetAddress.ofLiteral("8.8.8.8")));
    answers.add(List.of(LOOPBACK));
    Given rebinding =
        Given.url(url("rebinding.test")).publicOnly().config("{'connect_timeout': '50ms'}");

    rebinding.retryableReason(service); // 8.8.8.8 is dialled and cannot be reached from here
    assertThat(rebinding.permanentReason(service)).contains("127.0.0.1").contains("is refused");
    assertThat(server.getRequestCount()).isZero();
  }

  @Test
  void resolvesANameOnceForAConnection() throws Exception {
    enqueue("one");
    enqueue("two");

    Given.url(url("page.test")).pageFrom(service);
    Given.url(url("page.test")).pageFrom(service);

    assertThat(lookups).hasValue(1);
    assertThat(server.takeRequest().getConnectionIndex()).isZero();
    assertThat(server.takeRequest().getConnectionIndex()).isZero();
  }

  @Test
  void takesUpNoPooledConnectionThatItsRuleWouldHaveRefused() throws Exception {
    enqueue("allowed");

    Given.url(url("page.test")).pageFrom(service);

    assertThat(Given.url(url("page.test")).publicOnly().permanentReason(service))
        .contains("is refused");
    assertThat(server.getRequestCount()).isEqualTo(1);
  }

  @Test
  void triesAgainLaterWhereOnlySomeAddressesOfANameAreRefused() throws Exception {
    answers.add(List.of(LOOPBACK, InetAddress.ofLiteral("8.8.8.8")));

    Given.url(url("two.test"))
        .publicOnly()
        .config("{'connect_timeout': '50ms'}")
        .retryableReason(service);
    assertThat(server.getRequestCount()).isZero();
  }

  @Test
  void checksTheAddressOfAProxy() throws Exception {
    assertThat(
            Given.url("http://page.test/")
                .publicOnly()
                .config("{'proxy': 'http://127.0.0.1:" + server.getPort() + "'}")
                .permanentReason(service))
        .contains("address 127.0.0.1 (port " + server.getPort() + ")");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"169.254.169.254", "0xa9fea9fe", "0x7f.1", "[::1]", "localhost", "a.localhost"})
  void asksNoProxyForAnAddressThatItRefuses(String host) throws Exception {
    EgressRule rule = new EgressRule(false, Set.of("127.0.0.1:" + server.getPort()));

    assertThat(
            Given.url("http://" + host + "/")
                .egress(rule)
                .config("{'proxy': 'http://127.0.0.1:" + server.getPort() + "'}")
                .permanentReason(service))
        .contains("is refused");
    assertThat(server.getRequestCount()).isZero();
  }
}
