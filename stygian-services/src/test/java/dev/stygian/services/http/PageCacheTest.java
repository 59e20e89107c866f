package dev.stygian.services.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.service.Host;
import dev.stygian.graph.service.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.HttpUrl;
import okio.Buffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * Answers are used again by all workers of a pipeline, as far as their sites allow. Long because
 * each rule has a test of its own, all of them of one site and two workers.
 */
class PageCacheTest {
  private static final String ON = "'cache': true";
  private static final String MINUTE = "max-age=60";

  private final MockWebServer server = new MockWebServer();
  private final List<RecordedRequest> asked = new ArrayList<>();
  private final FakeFleet.SharedNotes notes = new FakeFleet.SharedNotes();
  private final FakeFleet fleet = fleet();
  private final FakeFleet otherFleet = fleet();
  private final HttpService service = service();
  private final HttpService otherService = service();
  private Function<RecordedRequest, MockResponse.Builder> site = request -> page("", "one");

  private FakeFleet fleet() {
    FakeFleet fleet = new FakeFleet(notes);
    fleet.obeysRobots = false;
    return fleet;
  }

  private HttpService service() {
    return new HttpService(NameLookup.ofSystem(), () -> notes.now, client -> client);
  }

  @BeforeEach
  void start() throws Exception {
    server.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            asked.add(request);
            return site.apply(request).build();
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    service.close();
    otherService.close();
    server.close();
  }

  private static MockResponse.Builder page(String cacheControl, String body) {
    MockResponse.Builder page = new MockResponse.Builder().body(body);
    return cacheControl.isEmpty() ? page : page.addHeader("Cache-Control", cacheControl);
  }

  private static MockResponse.Builder unlessSame(
      RecordedRequest request, String tag, MockResponse.Builder page) {
    return tag.equals(request.getHeaders().get("If-None-Match"))
        ? new MockResponse.Builder().code(304).addHeader("ETag", tag)
        : page.addHeader("ETag", tag);
  }

  private Given given(String... keys) {
    return Given.url(server.url("/a"))
        .config("{" + String.join(", ", keys) + "}")
        .env("KEY", "s3cret")
        .fleet(fleet);
  }

  private JsonNode fetch(String... keys) throws InterruptedException {
    return given(keys).pageFrom(service);
  }

  private JsonNode fetchElsewhere(String... keys) throws InterruptedException {
    return given(keys).fleet(otherFleet).pageFrom(otherService);
  }

  private static String body(JsonNode page) {
    return page.get("body").asString();
  }

  private static void assertFrom(JsonNode page, boolean cache, boolean revalidated) {
    assertThat(page.get("from_cache").asBoolean()).as("from_cache").isEqualTo(cache);
    assertThat(page.get("revalidated").asBoolean()).as("revalidated").isEqualTo(revalidated);
  }

  @Test
  void freshAnswerIsUsedByAnotherWorkerWithoutARequest() throws Exception {
    site = request -> page(MINUTE, "one").addHeader("X-Own", "yes");
    JsonNode first = fetch(ON);
    notes.elapse(Duration.ofSeconds(59));

    JsonNode second = fetchElsewhere(ON);

    assertThat(asked).hasSize(1);
    assertThat(otherFleet.visits).isEmpty();
    assertFrom(first, false, false);
    assertFrom(second, true, false);
    assertThat(body(second)).isEqualTo("one");
    assertThat(second.get("headers").get("x-own").asString()).isEqualTo("yes");
    assertThat(second.get("headers").get("age").asInt()).isEqualTo(59);
    assertThat(second.get("url")).isEqualTo(first.get("url"));
    assertThat(second.get("content_type")).isEqualTo(first.get("content_type"));
  }

  @Test
  void nothingIsStoredUnlessTheConfigAsksForIt() throws Exception {
    site = request -> page(MINUTE, "one").addHeader("ETag", "\"1\"");

    JsonNode page = fetch();
    fetch();

    assertThat(asked).hasSize(2);
    assertThat(asked.getLast().getHeaders().get("If-None-Match")).isNull();
    assertThat(notes.values).isEmpty();
    assertThat(page.has("from_cache")).isFalse();
    assertThat(page.has("revalidated")).isFalse();
  }

  @Test
  void staleAnswerIsRevalidatedAndThenFreshAgain() throws Exception {
    site = request -> unlessSame(request, "\"1\"", page(MINUTE, "one"));
    fetch(ON);
    notes.elapse(Duration.ofSeconds(61));
    site =
        request -> unlessSame(request, "\"1\"", page("", "two")).addHeader("Cache-Control", MINUTE);

    JsonNode confirmed = fetchElsewhere(ON);
    JsonNode again = fetch(ON);

    assertThat(asked).hasSize(2);
    assertFrom(confirmed, true, true);
    assertThat(confirmed.get("status").asInt()).isEqualTo(200);
    assertThat(body(confirmed)).isEqualTo("one");
    assertFrom(again, true, false);
    assertThat(otherFleet.visits).as("a 304 is an answer").hasSize(1);
  }

  @Test
  void changedAnswerTakesTheStoredOnesPlace() throws Exception {
    site = request -> unlessSame(request, "\"1\"", page(MINUTE, "one"));
    fetch(ON);
    notes.elapse(Duration.ofSeconds(61));
    site = request -> unlessSame(request, "\"2\"", page(MINUTE, "two"));

    JsonNode changed = fetch(ON);
    JsonNode again = fetch(ON);

    assertThat(asked).hasSize(2);
    assertFrom(changed, false, false);
    assertThat(List.of(body(changed), body(again))).containsOnly("two");
  }

  @Test
  void dateOfTheLastChangeIsAValidatorToo() throws Exception {
    String modified = "Sat, 01 Aug 2026 11:00:00 GMT";
    site = request -> page("no-cache", "one").addHeader("Last-Modified", modified);
    fetch(ON);
    site = request -> new MockResponse.Builder().code(304);

    JsonNode confirmed = fetch(ON);

    assertThat(asked.getLast().getHeaders().get("If-Modified-Since")).isEqualTo(modified);
    assertFrom(confirmed, true, true);
    assertThat(body(confirmed)).isEqualTo("one");
  }

  @Test
  void freshAnswerIsRevalidatedWhereTheConfigWantsThat() throws Exception {
    site = request -> unlessSame(request, "\"1\"", page(MINUTE, "one"));
    fetch(ON, "'revalidate': true");

    JsonNode confirmed = fetch(ON, "'revalidate': true");

    assertThat(asked).hasSize(2);
    assertFrom(confirmed, true, true);
  }

  @ParameterizedTest
  @ValueSource(strings = {"no-cache", "max-age=10"})
  void requestMayWantAFresherAnswer(String wanted) throws Exception {
    site = request -> unlessSame(request, "\"1\"", page(MINUTE, "one"));
    fetch(ON);
    notes.elapse(Duration.ofSeconds(11));

    assertFrom(fetch(ON, "'headers': {'Cache-Control': '" + wanted + "'}"), true, true);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"no-store, max-age=60", "private, max-age=60", "no-store", "max-age=0", ""})
  void whatMayNotBeStoredOrCannotBeUsedIsNot(String cacheControl) throws Exception {
    site = request -> page(cacheControl, "one");

    fetch(ON);
    fetch(ON);

    assertThat(asked).hasSize(2);
    assertThat(notes.values).isEmpty();
  }

  @Test
  void answerThatMayNotBeStoredEndsTheStoredOne() throws Exception {
    site = request -> unlessSame(request, "\"1\"", page(MINUTE, "one"));
    fetch(ON);
    site = request -> page("no-store", "two");
    assertThat(body(fetch(ON, "'revalidate': true"))).isEqualTo("two");

    assertThat(body(fetch(ON))).isEqualTo("two");
    assertThat(asked).hasSize(3);
  }

  @Test
  void sitesTroubleDoesNotEndWhatIsStored() throws Exception {
    site = request -> unlessSame(request, "\"1\"", page(MINUTE, "one"));
    fetch(ON);
    notes.elapse(Duration.ofSeconds(61));
    site = request -> new MockResponse.Builder().code(500);
    assertThat(given(ON).fetchedBy(service)).isInstanceOf(Outcome.Retryable.class);

    site = request -> unlessSame(request, "\"1\"", page(MINUTE, "one"));
    assertFrom(fetch(ON), true, true);
  }

  @Test
  void pageThatIsGoneIsNotAnsweredFromTheCache() throws Exception {
    site = request -> unlessSame(request, "\"1\"", page(MINUTE, "one"));
    fetch(ON);
    notes.elapse(Duration.ofSeconds(61));
    site = request -> new MockResponse.Builder().code(404);

    assertThat(given(ON).permanentReason(service)).contains("answered 404");
  }

  @Test
  void notFoundIsStoredWhereItCountsAsSuccess() throws Exception {
    site = request -> page(MINUTE, "none").code(404);
    fetch(ON, "'accept_status': [404]");

    JsonNode again = fetch(ON, "'accept_status': [404]");
    assertThat(again.get("status").asInt()).isEqualTo(404);
    assertFrom(again, true, false);
    assertThat(given(ON).permanentReason(service)).contains("answered 404");
  }

  @Test
  void answersThatVaryLieBesideEachOther() throws Exception {
    site =
        request ->
            page(MINUTE, "in " + request.getHeaders().get("Accept-Language"))
                .addHeader("Vary", "Accept-Language, Accept-Encoding");
    String english = "'headers': {'Accept-Language': 'en'}";
    String german = "'headers': {'Accept-Language': 'de'}";
    assertThat(body(fetch(ON, english))).isEqualTo("in en");
    assertThat(body(fetch(ON, german))).isEqualTo("in de");
    assertThat(asked).hasSize(2);

    assertThat(body(fetchElsewhere(ON, english))).isEqualTo("in en");
    assertThat(body(fetchElsewhere(ON, german))).isEqualTo("in de");
    assertThat(body(fetchElsewhere(ON))).isEqualTo("in null");
    assertThat(asked).hasSize(3);
  }

  @Test
  void answerThatDoesNotVaryServesOtherHeaders() throws Exception {
    site = request -> page(MINUTE, "one");
    fetch(ON, "'headers': {'Accept-Language': 'en'}");

    assertFrom(fetch(ON, "'headers': {'Accept-Language': 'de'}"), true, false);
  }

  @Test
  void answerThatVariesWithAnythingIsNotStored() throws Exception {
    site = request -> page(MINUTE, "one").addHeader("Vary", "*");
    fetch(ON);
    fetch(ON);

    assertThat(asked).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "max-age=60; 2",
        "public, max-age=60; 1",
        "must-revalidate, max-age=60; 1",
        "s-maxage=60; 1"
      })
  void answerToCredentialsIsStoredWhereTheSiteSaysThatItIsForAll(String cacheControl, int requests)
      throws Exception {
    for (String secret :
        List.of(
            "'headers': {'Authorization': 'Bearer x'}",
            "'headers': {'Cookie': 'session=x'}",
            "'headers': {'X-Key': '${env:KEY}'}")) {
      notes.values.clear();
      asked.clear();
      site = request -> page(cacheControl, "one");
      fetch(ON, secret);
      fetch(ON, secret);

      assertThat(asked).as(secret).hasSize(requests);
    }
  }

  @Test
  void secretsAreNotStored() throws Exception {
    site =
        request ->
            page("public, max-age=60", "one")
                .addHeader("Vary", "X-Key, Authorization")
                .addHeader("Set-Cookie", "session=s3cret");
    String secrets = "'headers': {'X-Key': '${env:KEY}', 'Authorization': 'Bearer s3cret'}";
    Given given =
        Given.nothing()
            .config(
                "{" + ON + ", " + secrets + ", 'url': '" + server.url("/a?key=") + "${env:KEY}'}")
            .env("KEY", "s3cret")
            .fleet(fleet);
    given.pageFrom(service);
    assertFrom(given.pageFrom(service), true, false);

    assertThat(notes.values).isNotEmpty();
    notes.values.forEach((name, note) ->
        assertThat(name + new String(note, ISO_8859_1)).doesNotContain("s3cret", "session"));
  }

  @Test
  void answerThatShowsASecretIsNotStored() throws Exception {
    site = request -> page("public, max-age=60", "you sent s3cret");
    fetch(ON, "'headers': {'X-Key': '${env:KEY}'}");

    assertThat(notes.values).isEmpty();
  }

  @Test
  void otherPipelineHasACacheOfItsOwn() throws Exception {
    site = request -> page(MINUTE, "one");
    fetch(ON);
    assertThat(notes.shelves).containsOnlyKeys("pages pipeline");

    Given other = given(ON).pipeline("another");
    assertFrom(other.pageFrom(service), false, false);
    assertThat(notes.shelves).containsOnlyKeys("pages pipeline", "pages another");
  }

  @Test
  void largeBodyIsNotStored() throws Exception {
    site = request -> page(MINUTE, "x".repeat(1001));
    fetch(ON, "'cache_max_body': 1000");
    assertThat(notes.values).isEmpty();

    fetch(ON, "'cache_max_body': 1001");
    assertFrom(fetch(ON), true, false);
  }

  @Test
  void storedBodyIsCompressed() throws Exception {
    site = request -> page(MINUTE, "word ".repeat(20_000));
    fetch(ON);

    assertThat(notes.values.values())
        .singleElement()
        .satisfies(n -> assertThat(n).hasSizeLessThan(2000));
    assertThat(body(fetch(ON))).isEqualTo("word ".repeat(20_000));
  }

  @Test
  void pipelinesCacheTakesNoMoreThanItMay() throws Exception {
    site = request -> page(MINUTE, request.getTarget());
    for (int i = 0; i < 10; i++) {
      given(ON, "'cache_max_total': 1000").item(server.url("/" + i)).pageFrom(service);
    }

    assertThat(notes.values.values().stream().mapToInt(note -> note.length).sum())
        .isBetween(500, 1000);
  }

  @Test
  void answerIsStoredForItsTime() throws Exception {
    site = request -> unlessSame(request, "\"1\"", page(MINUTE, "one"));
    fetch(ON, "'cache_ttl': '2h'");
    notes.elapse(Duration.ofMinutes(119));
    assertFrom(fetch(ON, "'cache_ttl': '2h'"), true, true);
    notes.elapse(Duration.ofMinutes(119));
    assertFrom(fetch(ON, "'cache_ttl': '2h'"), true, true);

    notes.elapse(Duration.ofMinutes(121));
    assertFrom(fetch(ON, "'cache_ttl': '2h'"), false, false);
  }

  @Test
  void damagedEntryIsAsGoodAsNone() throws Exception {
    site = request -> page(MINUTE, "word ".repeat(1000));
    fetch(ON);
    String name = notes.values.keySet().iterator().next();
    byte[] whole = Objects.requireNonNull(notes.values.get(name));
    int times = 1;
    for (int length = 0; length < whole.length; length += 7) {
      notes.values.put(name, Arrays.copyOf(whole, length));
      assertFrom(fetch(ON), false, false);
      assertThat(asked).hasSize(++times);
    }
    byte[] otherForm = whole.clone();
    otherForm[0] = 77;
    notes.values.put(name, otherForm);
    assertFrom(fetch(ON), false, false);
  }

  @Test
  void bytesAndCharsetsComeBackAsTheyWere() throws Exception {
    site =
        request ->
            page(MINUTE, "")
                .addHeader("Content-Type", "text/html; charset=iso-8859-1")
                .body(new Buffer().write("Caf\u00e9".getBytes(ISO_8859_1)));
    fetch(ON);
    JsonNode text = fetch(ON);
    assertFrom(text, true, false);
    assertThat(body(text)).isEqualTo("Caf\u00e9");
    assertThat(text.get("charset").asString()).isEqualTo("windows-1252");

    site = request -> page(MINUTE, "").body(new Buffer().write(new byte[] {0, 1, -1}));
    Given bytes = given(ON).item(server.url("/b"));
    JsonNode first = bytes.pageFrom(service);
    assertThat(bytes.pageFrom(service).get("body_base64")).isEqualTo(first.get("body_base64"));
  }

  @Test
  void storedRedirectIsFollowedWithoutARequest() throws Exception {
    site =
        request ->
            request.getTarget().equals("/a")
                ? page("", "")
                    .code(301)
                    .addHeader("Location", "/b")
                    .addHeader("Cache-Control", MINUTE)
                : page(MINUTE, "arrived");
    fetch(ON);

    JsonNode again = fetch(ON);

    assertThat(asked).hasSize(2);
    assertThat(body(again)).isEqualTo("arrived");
    assertThat(again.get("final_url").asString()).isEqualTo(server.url("/b").toString());
    assertFrom(again, true, false);
  }

  @Test
  void redirectThatIsNotStoredIsAskedForAgain() throws Exception {
    site =
        request ->
            request.getTarget().equals("/a")
                ? page("", "").code(302).addHeader("Location", "/b")
                : page(MINUTE, "arrived");
    fetch(ON);
    assertFrom(fetch(ON), true, false);

    assertThat(asked).extracting(RecordedRequest::getTarget).containsExactly("/a", "/b", "/a");
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS"})
  void otherMethodsAreNotCached(String method) throws Exception {
    site = request -> page(MINUTE, "one");
    fetch(ON, "'method': '" + method + "'");
    fetch(ON, "'method': '" + method + "'");

    assertThat(asked).hasSize(2);
    assertThat(notes.values).isEmpty();
  }

  @Test
  void whatChangesAPageEndsWhatIsStoredOfIt() throws Exception {
    site = request -> page(MINUTE, "one").addHeader("Vary", "Accept-Language");
    String german = "'headers': {'Accept-Language': 'de'}";
    fetch(ON);
    fetch(ON, german);
    fetch(ON, "'method': 'POST'");
    asked.clear();

    fetch(ON);
    fetch(ON, german);

    assertThat(asked).hasSize(2);
  }

  @Test
  void headIsCachedByItself() throws Exception {
    site = request -> page(MINUTE, "HEAD".equals(request.getMethod()) ? "" : "one");
    fetch(ON, "'method': 'HEAD'");
    assertFrom(fetch(ON, "'method': 'HEAD'"), true, false);

    assertThat(body(fetch(ON))).isEqualTo("one");
    assertThat(asked).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Range", "If-None-Match", "If-Modified-Since"})
  void requestForSomethingElseThanThePageAsItIsPassesTheCacheBy(String header) throws Exception {
    site = request -> page(MINUTE, "one");
    fetch(ON);
    fetch(ON, "'headers': {'" + header + "': 'x'}");

    assertThat(asked).hasSize(2);
  }

  @Test
  void answerForAnotherVersionIsAskedForWithoutACondition() throws Exception {
    site = request -> unlessSame(request, "\"1\"", page("no-cache", "one"));
    fetch(ON);
    site =
        request ->
            request.getHeaders().get("If-None-Match") == null
                ? page("no-cache", "two")
                : new MockResponse.Builder().code(304).addHeader("ETag", "\"2\"");

    assertThat(given(ON).fetchedBy(service)).isEqualTo(new Outcome.NotNow(false, Duration.ZERO));
    assertThat(body(fetch(ON))).isEqualTo("two");
  }

  @Test
  void fragmentAndSpellingOfAUrlMakeNoDifference() throws Exception {
    site = request -> page(MINUTE, "one");
    given(ON).item(server.url("/a b?q=1#top")).pageFrom(service);

    String spelled = server.url("/").toString().replace("http", "HTTP") + "x/../a%20b?q=1#end";
    assertFrom(given(ON).item(spelled).pageFrom(service), true, false);
  }

  private String host() {
    HttpUrl url = server.url("/");
    return url.host() + ":" + url.port();
  }

  @Test
  void freshAnswerWaitsForNoHost() throws Exception {
    site = request -> page(MINUTE, "one");
    assertThat(service.host(given(ON).call())).hasValue(new Host(host()));
    fetch(ON);

    assertThat(otherService.host(given(ON).fleet(otherFleet).call())).isEmpty();
    assertThat(otherService.host(given(ON, "'revalidate': true").call()))
        .hasValue(new Host(host()));
    assertThat(otherService.host(given().call())).hasValue(new Host(host()));

    notes.elapse(Duration.ofSeconds(61));
    assertThat(otherService.host(given(ON).call())).hasValue(new Host(host()));
  }

  @Test
  void answerThatVariesWaitsForNoHostWhereItIsTheRightOne() throws Exception {
    site = request -> page(MINUTE, "one").addHeader("Vary", "Accept-Language");
    String german = "'headers': {'Accept-Language': 'de'}";
    fetch(ON);
    assertThat(service.host(given(ON, german).call())).hasValue(new Host(host()));
    fetch(ON, german);

    assertThat(service.host(given(ON, german).call())).isEmpty();
    assertThat(service.host(given(ON).call())).isEmpty();
  }

  @Test
  void startThatAFreshAnswerDoesNotNeedIsGivenBack() throws Exception {
    site = request -> page(MINUTE, "one");
    fetch(ON);
    fleet.lane = Optional.of(host());
    fleet.paced.add(host());

    assertThat(given(ON).fetchedBy(service)).isEqualTo(new Outcome.NoVisit());
    fleet.lane = Optional.empty();
    assertFrom(fetch(ON), true, false);
    assertThat(asked).hasSize(1);
  }

  @Test
  void answerThatGetsStaleMeanwhileIsAskedForInTheHostsLane() throws Exception {
    site = request -> page(MINUTE, "one");
    fetch(ON);
    fleet.paced.add(host());
    notes.elapse(Duration.ofSeconds(61));

    assertThat(given(ON).fetchedBy(service))
        .isEqualTo(new Outcome.Elsewhere(new Host(host()), true));
    assertThat(asked).hasSize(1);
  }

  @Test
  void storedRedirectLeadsToAPagesHostWithoutAVisitBefore() throws Exception {
    site =
        request ->
            request.getTarget().equals("/a")
                ? page(MINUTE, "").code(301).addHeader("Location", "/b")
                : page("no-store", "arrived");
    fetch(ON);
    fleet.paced.add(host());
    assertThat(given(ON).fetchedBy(service))
        .isEqualTo(new Outcome.Elsewhere(new Host(host()), true));

    fleet.lane = Optional.of(host());
    assertThat(body(fetch(ON))).isEqualTo("arrived");
    assertThat(asked).extracting(RecordedRequest::getTarget).containsExactly("/a", "/b", "/b");
  }

  @Test
  void robotsTxtIsNotAskedAboutAFreshAnswer() throws Exception {
    site =
        request ->
            request.getTarget().equals("/robots.txt")
                ? new MockResponse.Builder().code(404)
                : page(MINUTE, "one");
    fleet.obeysRobots = true;
    fetch(ON);
    notes.values.keySet().removeIf(name -> name.toLowerCase(Locale.ROOT).contains("robots"));
    otherFleet.obeysRobots = true;

    assertFrom(fetchElsewhere(ON), true, false);
    assertThat(asked).extracting(RecordedRequest::getTarget).containsExactly("/robots.txt", "/a");
  }

  @Test
  void lifeOfAGuessIsATenthOfThePagesAge() throws Exception {
    site = request -> page("", "one").addHeader("Last-Modified", "Sat, 01 Aug 2026 02:00:00 GMT");
    fetch(ON); // ten hours after that
    notes.elapse(Duration.ofMinutes(59));
    assertFrom(fetch(ON), true, false);

    notes.elapse(Duration.ofMinutes(2));
    site = request -> new MockResponse.Builder().code(304);
    assertFrom(fetch(ON), true, true);
  }

  @Test
  void noteNamesTellNothing() throws Exception {
    site = request -> page(MINUTE, "one");
    fetch(ON);

    assertThat(notes.values.keySet())
        .singleElement()
        .satisfies(name -> assertThat(name).matches("page/[A-Za-z0-9_-]{24}"));
    assertThat(notes.values.values())
        .allSatisfy(note -> assertThat(new String(note, UTF_8)).doesNotContain(host()));
  }
}
