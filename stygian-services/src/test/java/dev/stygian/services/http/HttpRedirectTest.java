package dev.stygian.services.http;

import static org.assertj.core.api.Assertions.assertThat;

import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class HttpRedirectTest {
  private static final String SECRETS =
      "{'method': '%s', 'headers': {'Authorization': 'Bearer x', 'Cookie': 'a=b', 'X-Key':"
          + " '${env:KEY}', 'X-Open': 'yes', 'Host': 'virtual.test'}}";

  private final MockWebServer server = new MockWebServer();
  private final MockWebServer other = new MockWebServer();
  private final HttpService service = new HttpService();

  @BeforeEach
  void start() throws Exception {
    server.start();
    other.start();
  }

  @AfterEach
  void stop() {
    service.close();
    server.close();
    other.close();
  }

  private void redirect(int status, Object location) {
    server.enqueue(
        new MockResponse.Builder().code(status).addHeader("Location", location.toString()).build());
  }

  private static void page(MockWebServer server) {
    server.enqueue(new MockResponse.Builder().body("arrived").build());
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void followsEachKindOfRedirect(int status) throws Exception {
    redirect(status, "../b?c#d");
    page(server);

    JsonNode page = Given.url(server.url("/x/a")).pageFrom(service);

    assertThat(page.get("url").asString()).isEqualTo(server.url("/x/a").toString());
    assertThat(page.get("final_url").asString()).isEqualTo(server.url("/b?c#d").toString());
    assertThat(page.get("body").asString()).isEqualTo("arrived");
    assertThat(server.takeRequest().getTarget()).isEqualTo("/x/a");
    assertThat(server.takeRequest().getTarget()).isEqualTo("/b?c");
  }

  @ParameterizedTest
  @CsvSource({
    "301, GET, GET", "302, GET, GET", "303, GET, GET", "307, GET, GET", "308, GET, GET",
    "301, HEAD, HEAD", "302, HEAD, HEAD", "303, HEAD, HEAD", "307, HEAD, HEAD", "308, HEAD, HEAD",
    "301, POST, GET", "302, POST, GET", "303, POST, GET", "307, POST, POST", "308, POST, POST",
    "301, PUT, PUT", "302, PUT, PUT", "303, PUT, GET", "307, PUT, PUT", "308, PUT, PUT",
    "301, DELETE, DELETE", "302, DELETE, DELETE", "303, DELETE, GET", "308, DELETE, DELETE",
  })
  void changesTheMethodAsRfc9110Says(int status, String method, String then) throws Exception {
    boolean withBody = method.equals("POST") || method.equals("PUT");
    redirect(status, "/b");
    page(server);

    Given.url(server.url("/a"))
        .config("{'method': '" + method + "'" + (withBody ? ", 'body': 'data'}" : "}"))
        .pageFrom(service);

    server.takeRequest();
    RecordedRequest second = server.takeRequest();
    assertThat(second.getMethod()).isEqualTo(then);
    assertThat(second.getBodySize()).isEqualTo(withBody && then.equals(method) ? 4 : 0);
    assertThat(second.getHeaders().get("Content-Type") != null)
        .isEqualTo(withBody && then.equals(method));
  }

  @Test
  void sendsNoCredentialsToAnotherOrigin() throws Exception {
    redirect(302, other.url("/b"));
    page(other);

    Given.url(server.url("/a"))
        .config(SECRETS.formatted("GET"))
        .env("KEY", "s3cret")
        .pageFrom(service);

    RecordedRequest first = server.takeRequest();
    assertThat(first.getHeaders().get("X-Key")).isEqualTo("s3cret");
    assertThat(first.getHeaders().get("Host")).isEqualTo("virtual.test");
    RecordedRequest second = other.takeRequest();
    assertThat(second.getHeaders().names())
        .contains("X-Open", "User-Agent")
        .doesNotContain("Authorization", "Cookie", "X-Key");
    assertThat(second.getHeaders().get("Host")).isEqualTo("localhost:" + other.getPort());
  }

  @Test
  void sendsCredentialsOnWithinTheOrigin() throws Exception {
    redirect(302, "/b");
    page(server);

    Given.url(server.url("/a"))
        .config(SECRETS.formatted("GET"))
        .env("KEY", "s3cret")
        .pageFrom(service);

    server.takeRequest();
    assertThat(server.takeRequest().getHeaders().names())
        .contains("Authorization", "Cookie", "X-Key", "X-Open");
  }

  @Test
  void sendsNoCredentialsWhereTheRedirectComesBack() throws Exception {
    redirect(302, other.url("/b"));
    other.enqueue(
        new MockResponse.Builder()
            .code(302)
            .addHeader("Location", server.url("/c").toString())
            .build());
    page(server);

    Given.url(server.url("/a"))
        .config("{'headers': {'Authorization': 'Bearer x'}}")
        .pageFrom(service);

    assertThat(server.takeRequest().getHeaders().get("Authorization")).isEqualTo("Bearer x");
    assertThat(server.takeRequest().getHeaders().get("Authorization")).isNull();
  }

  @Test
  void sendsASecretBodyToNoOtherOrigin() throws Exception {
    redirect(307, other.url("/b"));

    assertThat(
            Given.url(server.url("/a"))
                .config("{'method': 'POST', 'json': {'password': '${env:KEY}'}}")
                .env("KEY", "s3cret")
                .permanentReason(service))
        .endsWith("redirects to another origin, which must not see the body's secret");
    assertThat(other.getRequestCount()).isZero();
  }

  @Test
  void dropsAPasswordFromARedirect() throws Exception {
    redirect(302, "http://me:pass@localhost:" + server.getPort() + "/b");
    page(server);

    assertThat(Given.url(server.url("/a")).pageFrom(service).get("final_url").asString())
        .isEqualTo(server.url("/b").toString());
  }

  @Test
  void endsALoopAfterMaxRedirects() throws Exception {
    for (int i = 0; i < 11; i++) {
      redirect(302, "/loop");
    }

    assertThat(Given.url(server.url("/loop")).permanentReason(service))
        .endsWith("redirects once more after 10; max_redirects = 10 allows no more");
    assertThat(server.getRequestCount()).isEqualTo(11);
  }

  @Test
  void followsExactlyAsManyAsMaxRedirects() throws Exception {
    redirect(302, "/b");
    page(server);
    redirect(302, "/b");

    Given one = Given.url(server.url("/a")).config("{'max_redirects': 1}");
    assertThat(one.pageFrom(service).get("body").asString()).isEqualTo("arrived");
    assertThat(Given.url(server.url("/a")).config("{'max_redirects': 0}").permanentReason(service))
        .contains("max_redirects = 0");
  }

  @Test
  void takesTheRedirectItselfWhereItMayNotFollow() throws Exception {
    redirect(301, "/b");

    JsonNode page =
        Given.url(server.url("/a")).config("{'follow_redirects': false}").pageFrom(service);

    assertThat(page.get("status").asInt()).isEqualTo(301);
    assertThat(page.get("headers").get("location").asString()).isEqualTo("/b");
  }

  @Test
  void takesAnAcceptedRedirectAsTheResult() throws Exception {
    redirect(302, "/b");

    assertThat(
            Given.url(server.url("/a"))
                .config("{'accept_status': [302]}")
                .pageFrom(service)
                .get("status")
                .asInt())
        .isEqualTo(302);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp://host/x", "javascript:alert(1)", "http://", "file:///etc/passwd"})
  void refusesToLeaveHttp(String location) throws Exception {
    redirect(302, location);

    assertThat(Given.url(server.url("/a")).permanentReason(service))
        .endsWith("redirects to \"" + location + "\", which is no http or https URL");
  }

  /** What terminals act on would reach whoever looks at the letter. */
  @Test
  void errorsAreOneShortLineWithoutControlsWhateverASiteSends() throws Exception {
    String evil = "x:\u001b]0;pwned\u0007\u009b31m" + "y".repeat(5_000);
    server.enqueue(new MockResponse.Builder().code(302).addHeaderLenient("Location", evil).build());

    assertThat(Given.url(server.url("/a")).permanentReason(service))
        .contains("redirects to \"x: ]0;pwned  31myyy")
        .hasSizeLessThan(1_200)
        .doesNotContainPattern("[\\p{Cntrl}\\x{80}-\\x{9f}]");
  }

  @Test
  void followsNoUrlOfAbsurdLength() throws Exception {
    redirect(302, "/" + "x".repeat(20_000));

    assertThat(Given.url(server.url("/a")).permanentReason(service))
        .contains("redirects to a URL of ", " characters; one of more than 8192 is not followed")
        .hasSizeLessThan(200);
    assertThat(server.getRequestCount()).isEqualTo(1);
  }

  @Test
  void failsWhereARedirectSaysNotWhere() throws Exception {
    server.enqueue(new MockResponse.Builder().code(302).build());

    assertThat(Given.url(server.url("/a")).permanentReason(service)).contains("answered 302");
  }

  @Test
  void countsTheTimeOfAllHopsTogether() throws Exception {
    for (int i = 0; i < 5; i++) {
      server.enqueue(
          new MockResponse.Builder()
              .code(302)
              .addHeader("Location", "/next")
              .headersDelay(150, java.util.concurrent.TimeUnit.MILLISECONDS)
              .build());
    }

    assertThat(Given.url(server.url("/a")).config("{'timeout': '400ms'}").retryableReason(service))
        .endsWith("no complete answer within 400ms");
  }
}
