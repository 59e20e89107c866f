package dev.stygian.services.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;

class SharedClientTest {
  private final HttpSettings settings =
      HttpSettings.of(Given.url("http://host/").call(), HttpService.USER_AGENT);

  @Test
  void sharesPoolAndTlsBetweenCalls() {
    try (SharedClient clients = new SharedClient(NameLookup.ofSystem(), client -> client)) {
      OkHttpClient one = clients.forCall(settings);
      OkHttpClient two = clients.forCall(settings);

      assertThat(two.connectionPool()).isSameAs(one.connectionPool());
      assertThat(two.sslSocketFactory()).isSameAs(one.sslSocketFactory());
      assertThat(two.dns()).isEqualTo(one.dns()).hasSameHashCodeAs(one.dns());
    }
  }

  @Test
  void forgetsDeadHostsAfterManyFailuresAndKeepsItsConnections() {
    try (SharedClient clients = new SharedClient(NameLookup.ofSystem(), client -> client)) {
      OkHttpClient before = clients.forCall(settings);
      for (int i = 1; i < SharedClient.MAX_FAILURES; i++) {
        clients.failed();
      }
      assertThat(clients.forCall(settings).sslSocketFactory()).isSameAs(before.sslSocketFactory());

      clients.failed();

      OkHttpClient after = clients.forCall(settings);
      assertThat(after.sslSocketFactory()).isNotSameAs(before.sslSocketFactory());
      assertThat(after.connectionPool()).isSameAs(before.connectionPool());
    }
  }

  @Test
  void closesItsConnectionsAndServesNobodyAfterwards() throws Exception {
    HttpService service = new HttpService();
    try (MockWebServer server = new MockWebServer()) {
      server.enqueue(new MockResponse.Builder().body("ok").build());
      server.start();
      Given given = Given.url(server.url("/"));
      given.pageFrom(service);

      service.close();

      assertThatThrownBy(() -> given.fetchedBy(service))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the service http is closed");
    }
  }

  @Test
  void masksTheLongerOfTwoSecretsThatBeginAlike() {
    Mask mask =
        Mask.of(
            Given.nothing()
                .config(
                    "{'headers': {'A': '${env:SHORT}', 'B': '${env:LONG}', 'C': '${env:TINY}'}}")
                .env("SHORT", "abcd")
                .env("LONG", "abcdefg")
                .env("TINY", "abc")
                .call()
                .config(),
            List.of("headers"));

    assertThat(mask.apply("abcdefg abcd abc")).isEqualTo("${env:LONG} ${env:SHORT} abc");
  }
}
