package dev.stygian.services.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.SocketEffect;
import okhttp3.Protocol;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Interrupts end a call at once, wherever it waits; and HTTP/2 over TLS, which waits elsewhere. */
@Timeout(30)
class HttpInterruptTest {
  private static final Duration AT_ONCE = Duration.ofSeconds(2);

  private final MockWebServer server = new MockWebServer();
  private HttpService service = new HttpService();

  @AfterEach
  void stop() {
    service.close();
    server.close();
  }

  /** Runs a call on a virtual thread, as a worker does, and interrupts it when it is under way. */
  private void interruptsAtOnce(Given given, Condition underWay) throws Exception {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread thread =
        Thread.ofVirtual()
            .start(() -> {
              try {
                given.fetchedBy(service);
              } catch (Throwable e) {
                thrown.set(e);
              }
            });
    Awaitility.await().until(underWay::holds);
    Awaitility.await().until(() -> thread.getState() != Thread.State.RUNNABLE);
    thread.interrupt();

    assertThat(thread.join(AT_ONCE)).isTrue();
    assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
  }

  @FunctionalInterface
  private interface Condition {
    boolean holds() throws Exception;
  }

  @Test
  void endsWhileTheServerIsSilent() throws Exception {
    server.enqueue(new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build());
    server.start();

    interruptsAtOnce(Given.url(server.url("/")), () -> server.getRequestCount() == 1);
  }

  @Test
  void endsInTheMiddleOfABody() throws Exception {
    server.enqueue(
        new MockResponse.Builder()
            .body("x".repeat(100_000))
            .onResponseBody(SocketEffect.Stall.INSTANCE)
            .build());
    server.start();

    interruptsAtOnce(Given.url(server.url("/")), () -> server.getRequestCount() == 1);
  }

  @Test
  void endsWhileANameIsLookedUp() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    service.close();
    service =
        new HttpService(
            host -> {
              asked.countDown();
              new CountDownLatch(1).await();
              return List.of();
            },
            InstantSource.system(),
            client -> client);

    interruptsAtOnce(Given.url("http://slow.test/"), () -> asked.getCount() == 0);
  }

  @Test
  void givesUpANameThatNobodyAnswers() throws Exception {
    service.close();
    service =
        new HttpService(
            host -> {
              new CountDownLatch(1).await();
              return List.of();
            },
            InstantSource.system(),
            client -> client);

    assertThat(
            Given.url("http://slow.test/")
                .config("{'connect_timeout': '100ms'}")
                .retryableReason(service))
        .endsWith("host \"slow.test\" is unknown: no name server answered within 100ms");
  }

  @Test
  void givesUpAConnectionThatIsNotAnswered() throws Exception {
    InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
    try (ServerSocket full = new ServerSocket(0, 1, loopback);
        java.net.Socket one = new java.net.Socket(loopback, full.getLocalPort());
        java.net.Socket two = new java.net.Socket(loopback, full.getLocalPort())) {
      assertThat(one.isConnected() && two.isConnected()).isTrue();

      assertThat(
              Given.url("http://127.0.0.1:" + full.getLocalPort() + "/")
                  .config("{'connect_timeout': '200ms', 'timeout': '10s'}")
                  .retryableReason(service))
          .contains("failed: ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http/1.1", "h2"})
  void endsASilentTlsConnection(String protocol) throws Exception {
    startTls();
    server.setProtocols(
        protocol.equals("h2")
            ? List.of(Protocol.HTTP_2, Protocol.HTTP_1_1)
            : List.of(Protocol.HTTP_1_1));
    server.enqueue(new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build());

    interruptsAtOnce(Given.url(server.url("/")), () -> server.getRequestCount() == 1);
  }

  @Test
  void speaksHttp2WhereTheServerDoes() throws Exception {
    startTls();
    server.enqueue(new MockResponse.Builder().body("two").build());
    server.enqueue(new MockResponse.Builder().body("again").build());

    JsonNode page = Given.url(server.url("/")).pageFrom(service);
    Given.url(server.url("/")).pageFrom(service);

    assertThat(page.get("body").asString()).isEqualTo("two");
    assertThat(server.takeRequest().getVersion()).isEqualTo("HTTP/2");
    assertThat(server.takeRequest().getConnectionIndex()).isZero();
  }

  @Test
  void asksAProxyForATunnelAndTellsItItsPassword() throws Exception {
    startTls();
    server.enqueue(new MockResponse.Builder().inTunnel().build());
    server.enqueue(new MockResponse.Builder().body("through").build());

    JsonNode page =
        Given.url("https://page.test/a")
            .config("{'proxy': 'http://me:pass@127.0.0.1:" + server.getPort() + "'}")
            .pageFrom(service);

    assertThat(page.get("body").asString()).isEqualTo("through");
    var connect = server.takeRequest();
    assertThat(connect.getRequestLine()).isEqualTo("CONNECT page.test:443 HTTP/1.1");
    assertThat(connect.getHeaders().get("Proxy-Authorization")).isEqualTo("Basic bWU6cGFzcw==");
    assertThat(server.takeRequest().getHeaders().get("Proxy-Authorization")).isNull();
  }

  @Test
  void refusesACertificateThatNobodySigned() throws Exception {
    startTls();
    try (HttpService stranger = new HttpService()) {
      assertThat(Given.url(server.url("/")).retryableReason(stranger)).contains("failed: ");
    }
  }

  private void startTls() throws Exception {
    HeldCertificate held =
        new HeldCertificate.Builder()
            .addSubjectAlternativeName("localhost")
            .addSubjectAlternativeName("page.test")
            .build();
    server.useHttps(
        new HandshakeCertificates.Builder().heldCertificate(held).build().sslSocketFactory());
    HandshakeCertificates trusting =
        new HandshakeCertificates.Builder().addTrustedCertificate(held.certificate()).build();
    server.start();
    service.close();
    service =
        new HttpService(
            NameLookup.ofSystem(),
            InstantSource.system(),
            client ->
                client.sslSocketFactory(
                    trusting.sslSocketFactory(), Objects.requireNonNull(trusting.trustManager())));
  }
}
