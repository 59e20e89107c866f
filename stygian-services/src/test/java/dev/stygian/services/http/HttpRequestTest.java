package dev.stygian.services.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.item.Json;
import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.service.ServiceRegistry;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What is sent: every config key arrives. */
class HttpRequestTest {
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

  private RecordedRequest sentBy(Given given) throws InterruptedException {
    server.enqueue(new MockResponse.Builder().body("ok").build());
    given.pageFrom(service);
    return server.takeRequest();
  }

  @Test
  void sendsAPlainGetUnderItsOwnName() throws Exception {
    RecordedRequest request = sentBy(Given.url(server.url("/a?b=c")));

    assertThat(request.getRequestLine()).isEqualTo("GET /a?b=c HTTP/1.1");
    assertThat(request.getHeaders().get("User-Agent"))
        .isEqualTo(HttpService.USER_AGENT)
        .matches("stygian-graph/\\d+\\.\\d+\\.\\d+.*");
    assertThat(request.getHeaders().get("Accept-Encoding")).isEqualTo("gzip, deflate, br");
    assertThat(request.getBodySize()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
  void sendsEachMethod(String method) throws Exception {
    RecordedRequest request =
        sentBy(Given.url(server.url("/")).config("{'method': '" + method + "'}"));

    assertThat(request.getMethod()).isEqualTo(method);
  }

  @Test
  void sendsItsInput() throws Exception {
    RecordedRequest request =
        sentBy(
            Given.nothing()
                .input("a", "{'n': [1, 'x']}")
                .config(
                    "{'url': '"
                        + server.url("/hook")
                        + "', 'method': 'POST', 'send_input': true}"));

    assertThat(Json.parse(Objects.requireNonNull(request.getBody()).toByteArray()))
        .isEqualTo(Json.parse("{\"n\": [1, \"x\"]}"));
    assertThat(request.getHeaders().get("Content-Type")).startsWith("application/json");
  }

  @Test
  void sendsHeadersWithTheirReferencesResolved() throws Exception {
    RecordedRequest request =
        sentBy(
            Given.url(server.url("/"))
                .config(
                    "{'headers': {'Authorization': 'Bearer ${env:TOKEN}', 'Accept': 'text/html'}}")
                .env("TOKEN", "s3cret"));

    assertThat(request.getHeaders().get("Authorization")).isEqualTo("Bearer s3cret");
    assertThat(request.getHeaders().values("Accept")).containsExactly("text/html");
  }

  @Test
  void sendsAUserAgent() throws Exception {
    assertThat(
            sentBy(Given.url(server.url("/")).config("{'user_agent': 'shelf/1'}"))
                .getHeaders()
                .values("User-Agent"))
        .containsExactly("shelf/1");
  }

  @Test
  void sendsABodyAsText() throws Exception {
    RecordedRequest request =
        sentBy(Given.url(server.url("/")).config("{'method': 'POST', 'body': 'grün'}"));

    assertThat(String.valueOf(request.getBody())).contains("grün");
    assertThat(request.getHeaders().get("Content-Type")).isEqualTo("text/plain; charset=utf-8");
  }

  @Test
  void sendsTheContentTypeOfTheHeaders() throws Exception {
    RecordedRequest request =
        sentBy(
            Given.url(server.url("/"))
                .config(
                    "{'method': 'PUT', 'body': 'a=b', 'headers': {'content-type':"
                        + " 'application/x-www-form-urlencoded'}}"));

    assertThat(request.getHeaders().values("Content-Type"))
        .containsExactly("application/x-www-form-urlencoded");
  }

  @Test
  void sendsJsonWithTheReferencesInItResolved() throws Exception {
    RecordedRequest request =
        sentBy(
            Given.url(server.url("/"))
                .config("{'method': 'POST', 'json': {'q': ['${env:WORD}', 1, true, null]}}")
                .env("WORD", "owl"));

    assertThat(Objects.requireNonNull(request.getBody()).utf8())
        .isEqualTo("{\"q\":[\"owl\",1,true,null]}");
    assertThat(request.getHeaders().get("Content-Type"))
        .isEqualTo("application/json; charset=utf-8");
  }

  @Test
  void sendsItThroughAProxyThatAsksForAPassword() throws Exception {
    server.enqueue(
        new MockResponse.Builder().code(407).addHeader("Proxy-Authenticate: Basic").build());
    server.enqueue(new MockResponse.Builder().body("by proxy").build());
    JsonNode page =
        Given.url("http://page.test/a")
            .config("{'proxy': 'http://me:${env:PROXY}@127.0.0.1:" + server.getPort() + "'}")
            .env("PROXY", "pass word")
            .pageFrom(service);

    assertThat(page.get("body").asString()).isEqualTo("by proxy");
    assertThat(server.takeRequest().getTarget()).isEqualTo("http://page.test/a");
    assertThat(server.takeRequest().getHeaders().get("Proxy-Authorization"))
        .isEqualTo("Basic bWU6cGFzcyB3b3Jk");
  }

  @Test
  void failsWhereAVariableIsNotSet() {
    Given given = Given.url(server.url("/")).config("{'headers': {'X-Key': '${env:ABSENT}'}}");

    assertThatThrownBy(() -> given.fetchedBy(service))
        .isInstanceOf(SettingInvalidException.class)
        .hasMessageContaining("ABSENT is not set");
  }

  @Test
  void keepsAHeaderValueThatCannotBeSentOutOfTheError() {
    Given given =
        Given.url(server.url("/"))
            .config("{'headers': {'X-Key': '${env:KEY}'}}")
            .env("KEY", "se\ncret");

    assertThatThrownBy(() -> given.fetchedBy(service))
        .isInstanceOf(SettingInvalidException.class)
        .hasMessageContaining("X-Key")
        .hasMessageNotContaining("cret");
  }

  @Test
  void showsReferencesWhereSecretsStoodInTheUrl() throws Exception {
    Given given =
        Given.nothing()
            .config("{'url': '" + server.url("/") + "?key=${env:KEY}&n=1'}")
            .env("KEY", "s3cret/with space");
    server.enqueue(new MockResponse.Builder().body("ok").build());
    server.enqueue(new MockResponse.Builder().code(404).build());

    JsonNode page = given.pageFrom(service);
    assertThat(page.get("url").asString()).endsWith("?key=${env:KEY}&n=1");
    assertThat(page.get("final_url").asString()).endsWith("?key=${env:KEY}&n=1");
    assertThat(given.permanentReason(service)).contains("${env:KEY}").doesNotContain("s3cret");
    assertThat(server.takeRequest().getTarget()).isEqualTo("/?key=s3cret/with%20space&n=1");
  }

  @Test
  void takesThePredecessorsUrlThenTheItemsThenTheConfigs() throws Exception {
    String config = "{'url': '" + server.url("/config") + "'}";
    String input = "{'url': '" + server.url("/input") + "'}";

    assertThat(
            sentBy(Given.url(server.url("/item")).config(config).input("links", input)).getTarget())
        .isEqualTo("/input");
    assertThat(
            sentBy(Given.url(server.url("/item")).config(config).input("links", "{'url': null}"))
                .getTarget())
        .isEqualTo("/item");
    assertThat(sentBy(Given.nothing().config(config)).getTarget()).isEqualTo("/config");
  }

  @Test
  void resolvesARelativeUrlAgainstTheServedSite() throws Exception {
    URI site = server.url("/").uri();

    assertThat(sentBy(Given.url("books/1.html").site(site)).getTarget()).isEqualTo("/books/1.html");
    assertThat(sentBy(Given.url("/a?b").site(site)).getTarget()).isEqualTo("/a?b");
    assertThat(sentBy(Given.url(" " + server.url("/whole") + " ").site(site)).getTarget())
        .isEqualTo("/whole");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "books/1.html | is relative and the run serves no folder",
        "//host/path | is relative and the run serves no folder",
        "ftp://host/file | has the scheme \"ftp\"; only http and https are fetched",
        "file:///etc/passwd | has the scheme \"file\"",
        "javascript:alert(1) | has the scheme \"javascript\"",
        "http:// | is no valid URL",
        "http://a b/ | is no valid URL",
        "http://host:99999/ | is no valid URL",
        "https://user:pass@host/ | holds a user name or password",
      })
  void refusesAUrlThatCannotBeFetched(String url, String reason) throws Exception {
    assertThat(Given.url(url).permanentReason(service)).contains(reason).doesNotContain("pass@");
  }

  @Test
  void saysWhereAUrlCanComeFromWhereThereIsNone() throws Exception {
    assertThat(Given.nothing().permanentReason(service))
        .startsWith("there is no URL to fetch")
        .endsWith("give it one of the three");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'method': 'POST', 'body': 'a', 'json': 1} | json: body and json exclude each other",
        "{'body': 'a'} | body: a GET carries no body; set method = \"POST\", say",
        "{'method': 'HEAD', 'json': {}} | json: a HEAD carries no body",
        "{'send_input': true} | send_input: a GET carries no body",
        "{'method': 'POST', 'json': {}, 'send_input': true} | send_input: send_input makes the"
            + " body",
        "{'headers': {'a b': 'c'}} | headers.a b: \"a b\" is no header name",
        "{'headers': {'Content-Length': '1'}} | headers.Content-Length: the HTTP client sets",
        "{'headers': {'user-agent': 'a'}, 'user_agent': 'b'} | headers.user-agent: user_agent sets",
        "{'charset': 'klingon'} | charset: no charset \"klingon\" is known",
        "{'revalidate': true} | revalidate: without a cache there is nothing to revalidate",
        "{'proxy': 'socks5://host:1080'} | proxy: not a proxy's address",
        "{'proxy': 'host:1080'} | proxy: not a proxy's address",
      })
  void findsWhatIsWrongWithAConfig(String config, String problem) {
    assertThat(problems(config)).singleElement().asString().startsWith(problem);
  }

  @Test
  void findsNothingWrongWithReferencesAndCompleteConfigs() {
    assertThat(
            problems(
                "{'method': 'POST', 'body': 'a', 'headers': {'X-Key': '${env:K}'}, 'charset':"
                    + " 'latin1', 'proxy': 'http://u:${env:P}@host:3128'}"))
        .isEmpty();
  }

  private static List<String> problems(String config) {
    List<String> found = new ArrayList<>();
    HttpSchema.SCHEMA
        .check()
        .check(
            Json.parse(config.replace('\'', '"')),
            (path, message) -> found.add(String.join(".", path) + ": " + message));
    return found;
  }

  @Test
  void isFoundByTheServiceLoader() {
    try (ServiceRegistry registry = ServiceRegistry.defaultWithEnv()) {
      assertThat(registry.names()).contains("http", "noop", "delay");
    }
    assertThat(ServiceLoader.load(ScrapingService.class)).hasSizeGreaterThanOrEqualTo(3);
  }
}
