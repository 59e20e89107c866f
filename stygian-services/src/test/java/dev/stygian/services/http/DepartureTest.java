package dev.stygian.services.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.service.HostVisit;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When a request went out, from which the next start at its host counts. */
final class DepartureTest {
  private static final Duration THINKS = Duration.ofSeconds(1);
  private static final MockResponse THOUGHTFUL =
      new MockResponse.Builder()
          .headersDelay(THINKS.toMillis(), TimeUnit.MILLISECONDS)
          .body("thought")
          .build();

  private final MockWebServer server = new MockWebServer();
  private final FakeFleet fleet = FakeFleet.withoutRobots();

  @AfterEach
  void stop() {
    server.close();
  }

  private void assertSentBeforeTheAnswer() {
    assertThat(fleet.visits)
        .extracting(HostVisit::took)
        .singleElement(InstanceOfAssertFactories.DURATION)
        .isGreaterThan(THINKS.dividedBy(2));
  }

  /** Else a host that thinks for long would get fewer requests than it allows. */
  @Test
  void startIsReportedAsOfTheSendingHoweverLongTheHostThinks() throws Exception {
    server.start();
    server.enqueue(THOUGHTFUL);

    try (HttpService service = new HttpService()) {
      Given.url(server.url("/a")).fleet(fleet).pageFrom(service);
    }

    assertSentBeforeTheAnswer();
  }

  @ParameterizedTest
  @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
  void startIsReportedAsOfTheSendingOverTlsToo(Protocol protocol) throws Exception {
    HeldCertificate held =
        new HeldCertificate.Builder().addSubjectAlternativeName("localhost").build();
    HandshakeCertificates trusting =
        new HandshakeCertificates.Builder().addTrustedCertificate(held.certificate()).build();
    try (HttpService secure =
        new HttpService(
            NameLookup.ofSystem(),
            InstantSource.system(),
            client ->
                client.sslSocketFactory(trusting.sslSocketFactory(), trusting.trustManager()))) {
      server.setProtocols(
          protocol == Protocol.HTTP_2 ? List.of(protocol, Protocol.HTTP_1_1) : List.of(protocol));
      server.useHttps(
          new HandshakeCertificates.Builder().heldCertificate(held).build().sslSocketFactory());
      server.start();
      server.enqueue(THOUGHTFUL);

      Given.url(server.url("/a")).fleet(fleet).pageFrom(secure);

      assertThat(server.takeRequest().getVersion())
          .isEqualTo(protocol == Protocol.HTTP_2 ? "HTTP/2" : "HTTP/1.1");
    }
    assertSentBeforeTheAnswer();
  }

  /** However long a worker was held up on the way, the next start counts from the sending. */
  @Test
  void startIsNotReportedAsEarlierThanTheRequestWasOut() throws Exception {
    AtomicLong onTheWay = new AtomicLong();
    Departure departure = new Departure(fleet::mayStart, _ -> {}, false);
    OkHttpClient client =
        new OkHttpClient.Builder()
            .addNetworkInterceptor(departure)
            .addNetworkInterceptor(chain -> {
              onTheWay.set(System.nanoTime());
              return chain.proceed(chain.request());
            })
            .eventListener(departure.listener())
            .build();
    server.start();
    server.enqueue(new MockResponse.Builder().build());

    client.newCall(new Request.Builder().url(server.url("/a")).build()).execute().close();

    assertThat(departure.startedNanos()).isGreaterThan(onTheWay.get());
  }
}
