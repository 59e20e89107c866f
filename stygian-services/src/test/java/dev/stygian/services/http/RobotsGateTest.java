package dev.stygian.services.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.tuple;

import dev.stygian.graph.item.Json;
import dev.stygian.graph.service.Host;
import dev.stygian.graph.service.HostVisit;
import dev.stygian.graph.service.HostVisit.Answer;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.settings.HostScope;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sites' robots.txt files are asked before their pages, once for all. Long because each rule of RFC
 * 9309 on files that are missing, redirected, large or out of reach has a test here.
 */
class RobotsGateTest {
  private static final Duration PAUSE = Duration.ofMinutes(5);
  private static final Duration SHORTLY = Duration.ofMillis(250);
  private static final String DISALLOWS = "User-agent: *\nDisallow: /private\n";

  private final MockWebServer server = new MockWebServer();
  private final Map<String, MockResponse> answers = new HashMap<>();
  private final List<String> asked = new ArrayList<>();
  private final FakeFleet.SharedNotes notes = new FakeFleet.SharedNotes();
  private final FakeFleet fleet = new FakeFleet(notes);
  private final HttpService service = service();

  private HttpService service() {
    return new HttpService(NameLookup.ofSystem(), () -> notes.now, client -> client);
  }

  @BeforeEach
  void start() throws Exception {
    server.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            asked.add(request.getTarget());
            return answers.getOrDefault(
                request.getTarget(), new MockResponse.Builder().body("page").build());
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    service.close();
    server.close();
  }

  private void robots(int status, String body) {
    answers.put("/robots.txt", new MockResponse.Builder().code(status).body(body).build());
  }

  private Outcome fetch(String path) throws Exception {
    return Given.url(server.url(path)).fleet(fleet).fetchedBy(service);
  }

  private String origin() {
    return "http://" + host();
  }

  private String host() {
    return server.getHostName() + ":" + server.getPort();
  }

  private static MockResponse redirect(String location) {
    return new MockResponse.Builder().code(302).addHeader("Location", location).build();
  }

  private void movedTo(String path) {
    answers.put("/moved.txt", new MockResponse.Builder().body(DISALLOWS).build());
    answers.put("/robots.txt", redirect(path));
  }

  @Test
  void whatIsDisallowedIsExcludedWithTheReason() throws Exception {
    robots(200, DISALLOWS);

    assertThat(fetch("/private/a"))
        .isEqualTo(
            new Outcome.Excluded(
                "robots.txt of "
                    + origin()
                    + " disallows /private/a for "
                    + HttpService.USER_AGENT));
    assertThat(fetch("/open")).isInstanceOf(Outcome.Success.class);
    assertThat(asked).containsExactly("/robots.txt", "/open");
  }

  @Test
  void fileIsFetchedOnceForAllWhoShareNotes() throws Exception {
    robots(200, DISALLOWS);
    fetch("/open");

    try (HttpService other = service()) {
      FakeFleet elsewhere = new FakeFleet(notes);
      assertThat(Given.url(server.url("/private/b")).fleet(elsewhere).fetchedBy(other))
          .isInstanceOf(Outcome.Excluded.class);
      assertThat(elsewhere.visits).isEmpty();
    }
    assertThat(asked).containsExactly("/robots.txt", "/open");
    assertThat(fleet.visits)
        .extracting(HostVisit::host)
        .containsOnly(server.getHostName() + ":" + server.getPort())
        .hasSize(2);
  }

  /** So many rules, no two of which are one. */
  private static String disallowed(int lines) {
    return IntStream.range(0, lines)
        .mapToObj(i -> "Disallow: /x" + i + "\n")
        .collect(Collectors.joining());
  }

  /** Only a few of such size are kept in memory. */
  @Test
  void fileOfManyLinesIsKeptToo() throws Exception {
    robots(200, DISALLOWS + disallowed(600));
    fetch("/open");
    notes.values.clear();

    assertThat(fetch("/private")).isInstanceOf(Outcome.Excluded.class);
    robots(200, DISALLOWS);
    notes.elapse(Duration.ofDays(1));
    assertThat(fetch("/private")).isInstanceOf(Outcome.Excluded.class);
    assertThat(asked).containsExactly("/robots.txt", "/open", "/robots.txt");
  }

  /** It may come from the environment, as a secret does. */
  @Test
  void nothingThatIsNotedNamesTheUserAgent() throws Exception {
    fetch("/open");

    assertThat(notes.values).isNotEmpty();
    assertThat(notes.values.keySet()).noneMatch(name -> name.contains(HttpService.USER_AGENT));
  }

  @Test
  void whoFindsTheFileBeingFetchedTriesAgainShortly() throws Exception {
    notes.values.clear();
    fleet.claim(
        "claim/" + RobotsGate.noteName(HttpService.USER_AGENT, origin()), Duration.ofSeconds(30));

    assertThat(fetch("/open")).isEqualTo(new Outcome.NotNow(true, SHORTLY));
    assertThat(asked).isEmpty();
    notes.elapse(Duration.ofSeconds(31));
    assertThat(fetch("/open")).isInstanceOf(Outcome.Success.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 503, 429})
  void fileThatCannotBeHadIsAskedForAgainAfterItsTime(int status) throws Exception {
    robots(status, "");

    assertThat(fetch("/a")).isEqualTo(new Outcome.NotNow(false, PAUSE));
    notes.elapse(PAUSE.minusSeconds(1));
    assertThat(fetch("/a")).isEqualTo(new Outcome.NotNow(true, Duration.ofSeconds(1)));
    assertThat(asked).containsExactly("/robots.txt");
    assertThat(fleet.away)
        .containsExactly(
            entry(host(), origin() + " since 2026-08-01T12:00:00Z until 2026-08-01T12:05:00Z"));

    notes.elapse(Duration.ofSeconds(1));
    robots(404, "");
    assertThat(fetch("/a")).isInstanceOf(Outcome.Success.class);
    assertThat(fleet.away).isEmpty();
    assertThat(asked).containsExactly("/robots.txt", "/robots.txt", "/a");
  }

  @Test
  void siteThatDoesNotAnswerIsWaitedFor() throws Exception {
    String url = server.url("/a").toString();
    server.close();

    assertThat(Given.url(url).fleet(fleet).fetchedBy(service))
        .isEqualTo(new Outcome.NotNow(false, PAUSE));
    assertThat(fleet.visits).extracting(HostVisit::answer).containsExactly(new Answer.Failure());
  }

  @Test
  void siteWhoseFileStaysAwayIsGivenUp() throws Exception {
    robots(503, "");
    fetch("/a");
    for (Duration gone = Duration.ZERO;
        gone.compareTo(fleet.patience.minus(PAUSE)) < 0;
        gone = gone.plus(PAUSE)) {
      notes.elapse(PAUSE);
      assertThat(fetch("/a")).as("after %s", gone).isInstanceOf(Outcome.NotNow.class);
    }
    notes.elapse(PAUSE);

    assertThat(fetch("/a"))
        .isEqualTo(
            Outcome.permanent(
                "robots.txt of "
                    + origin()
                    + " could not be had for 3600 s; its pages are given up"));
  }

  @Test
  void crawlDelayIsReportedAsAnIntervalWithEachAnswer() throws Exception {
    robots(200, "User-agent: *\nCrawl-delay: 7\n");
    fetch("/a");
    fleet.grantOne(host());

    assertThat(fetch("/a")).isInstanceOf(Outcome.Success.class);
    Answer delay = new Answer.Interval(Duration.ofSeconds(7), origin());
    assertThat(fleet.visits).extracting(HostVisit::answer).containsExactly(delay, delay);
  }

  @Test
  void crawlDelayIsThatOfItsSiteWhereSeveralCountAsOneHost() throws Exception {
    robots(200, "User-agent: *\nCrawl-delay: 7\n");
    fleet.scope = HostScope.IP;
    List<InetAddress> address = List.of(InetAddress.getLoopbackAddress());
    String host = address.getFirst().getHostAddress();
    try (HttpService one = new HttpService(_ -> address, () -> notes.now, client -> client)) {
      for (String site : List.of("one.example", "two.example")) {
        String page = "http://" + site + ":" + server.getPort() + "/a";
        fleet.grantOne(host);
        Given.url(page).fleet(fleet).fetchedBy(one);
      }
    }

    assertThat(fleet.visits)
        .extracting(HostVisit::host, HostVisit::answer)
        .containsExactly(
            tuple(host, sevenSeconds("one.example")), tuple(host, sevenSeconds("two.example")));
  }

  private Answer sevenSeconds(String site) {
    return new Answer.Interval(Duration.ofSeconds(7), "http://" + site + ":" + server.getPort());
  }

  /** Else all that were leased before anybody knew would go out together. */
  @Test
  void whoWasLeasedBeforeACrawlDelayWasKnownGoesBackToBePaced() throws Exception {
    robots(200, "User-agent: *\nCrawl-delay: 7\n");
    fleet.lane = Optional.of(host());

    assertThat(fetch("/a")).isEqualTo(new Outcome.NotNow(false, SHORTLY));
    assertThat(fetch("/b")).isEqualTo(new Outcome.NotNow(true, SHORTLY));
    assertThat(asked).containsExactly("/robots.txt");

    notes.elapse(Duration.ofSeconds(5)); // nobody waits for ever for a pace that is not kept
    assertThat(fetch("/b")).isInstanceOf(Outcome.Success.class);
  }

  @Test
  void crawlDelayThatIsGoneIsReportedOnce() throws Exception {
    robots(200, "User-agent: *\nCrawl-delay: 7\n");
    fetch("/a");
    fleet.visits.clear();
    for (int day = 0; day < 2; day++) {
      robots(200, DISALLOWS);
      notes.elapse(Duration.ofDays(1));
      fetch("/a");
    }

    assertThat(fleet.visits)
        .extracting(HostVisit::answer)
        .containsExactly(
            new Answer.Interval(Duration.ZERO, origin()),
            new Answer.Fine(),
            new Answer.Fine(),
            new Answer.Fine());
  }

  /** Where a start is good once, each redirect of the file takes the next. */
  @Test
  void eachStartLeadsTheFileAHopFurther() throws Exception {
    movedTo("/moved.txt");
    List<Outcome> outcomes = new ArrayList<>();
    for (int start = 0; start < 3; start++) {
      fleet.grantOne(host());
      outcomes.add(fetch("/open"));
    }

    assertThat(asked).containsExactly("/robots.txt", "/moved.txt", "/open");
    assertThat(outcomes.getFirst()).isEqualTo(new Outcome.Elsewhere(new Host(host()), false));
    assertThat(outcomes.get(1)).isEqualTo(new Outcome.NotNow(false, Duration.ZERO));
    assertThat(outcomes.get(2)).isInstanceOf(Outcome.Success.class);
    assertThat(fetch("/private")).isInstanceOf(Outcome.Excluded.class);
  }

  @Test
  void fileThatRedirectsOnAndOnAllowsAllAtAPaceToo() throws Exception {
    movedTo("/robots.txt");
    Outcome outcome = new Outcome.NotNow(true, Duration.ZERO);
    for (int start = 0; start < 7; start++) {
      fleet.grantOne(host());
      outcome = fetch("/private");
    }

    assertThat(outcome).isInstanceOf(Outcome.Success.class);
    assertThat(asked).hasSize(7).endsWith("/private");
  }

  /** One task follows, in the other host's lane; the others neither do nor take all starts. */
  @Test
  void fileAtAnotherHostThatHasAPaceIsFetchedInThatHostsLane() throws Exception {
    String page = "http://localhost:" + server.getPort() + "/open";
    String other = "127.0.0.1:" + server.getPort();
    answers.put("/robots.txt", redirect("http://" + other + "/moved.txt"));
    answers.put("/moved.txt", new MockResponse.Builder().body(DISALLOWS).build());
    fleet.paced.add(other);
    String own = "localhost:" + server.getPort();
    fleet.grantOne(own);
    Given given = Given.url(page).fleet(fleet);

    assertThat(given.fetchedBy(service)).isEqualTo(new Outcome.Elsewhere(new Host(other), false));
    assertThat(given.fetchedBy(service)).isEqualTo(new Outcome.NotNow(false, SHORTLY));
    fleet.grantOne(other);
    fleet.paced.add(own);
    assertThat(given.fetchedBy(service)).isEqualTo(new Outcome.Elsewhere(new Host(own), false));
    fleet.grantOne(own);
    assertThat(given.fetchedBy(service)).isInstanceOf(Outcome.Success.class);
    assertThat(asked).containsExactly("/robots.txt", "/moved.txt", "/open");
  }

  /** Where it is kept is not asked for a delay; the site learns of its own by its page's answer. */
  @Test
  void crawlDelayOfAFileAtAnotherHostIsThatOfTheSite() throws Exception {
    String other = "127.0.0.1:" + server.getPort();
    answers.put("/robots.txt", redirect("http://" + other + "/moved.txt"));
    answers.put(
        "/moved.txt", new MockResponse.Builder().body("User-agent: *\nCrawl-delay: 7\n").build());

    assertThat(fetch("/open")).isInstanceOf(Outcome.Success.class);
    assertThat(fleet.visits)
        .extracting(HostVisit::host, HostVisit::answer)
        .containsExactly(
            tuple(host(), new Answer.Fine()),
            tuple(other, new Answer.Fine()),
            tuple(host(), new Answer.Interval(Duration.ofSeconds(7), origin())));
  }

  @Test
  void redirectsOfTheFileAreFollowed() throws Exception {
    answers.put(
        "/robots.txt",
        new MockResponse.Builder().code(301).addHeader("Location", "/moved.txt").build());
    answers.put("/moved.txt", new MockResponse.Builder().body(DISALLOWS).build());

    assertThat(fetch("/private")).isInstanceOf(Outcome.Excluded.class);
    assertThat(asked).containsExactly("/robots.txt", "/moved.txt");
  }

  @Test
  void fileThatRedirectsOnAndOnAllowsAll() throws Exception {
    answers.put(
        "/robots.txt",
        new MockResponse.Builder().code(302).addHeader("Location", "/robots.txt").build());

    assertThat(fetch("/private")).isInstanceOf(Outcome.Success.class);
    assertThat(asked).hasSize(7).endsWith("/private");
  }

  @Test
  void redirectOfAPageIsJudgedWhereItLeads() throws Exception {
    robots(200, DISALLOWS);
    answers.put(
        "/open", new MockResponse.Builder().code(302).addHeader("Location", "/private").build());

    assertThat(fetch("/open")).isInstanceOf(Outcome.Excluded.class);
    assertThat(asked).containsExactly("/robots.txt", "/open");
  }

  @Test
  void servedFolderIsNotAsked() throws Exception {
    robots(200, "User-agent: *\nDisallow: /\n");

    Outcome outcome =
        Given.url(server.url("/a"))
            .site(URI.create(server.url("/").toString()))
            .fleet(fleet)
            .fetchedBy(service);

    assertThat(outcome).isInstanceOf(Outcome.Success.class);
    assertThat(asked).containsExactly("/a");
  }

  private Outcome sitemaps() throws Exception {
    return service.sitemaps(Given.url(server.url("/robots.txt")).fleet(fleet).call());
  }

  @Test
  void sitemapsAreThoseOfTheFileThatIsKnown() throws Exception {
    robots(200, "Sitemap: /map.xml\nSitemap: https://cdn.example/map.xml\nCrawl-delay: 7\n");
    fetch("/a");
    asked.clear();

    assertThat(sitemaps())
        .isEqualTo(
            Outcome.success(
                Json.parse(
                    "[\"%s/map.xml\",\"https://cdn.example/map.xml\"]".formatted(origin()))));
    fleet.grantOne(host());
    assertThat(sitemaps()).as("the start is another's").isEqualTo(new Outcome.NoVisit());
    assertThat(asked).isEmpty();
  }

  @Test
  void sitemapsOfAFileThatNobodyKnowsWaitForItAsPagesDo() throws Exception {
    robots(503, "");
    assertThat(sitemaps()).isEqualTo(new Outcome.NotNow(false, PAUSE));
    notes.elapse(PAUSE);

    robots(200, "Sitemap: /map.xml");
    fleet.paced.add(host());
    assertThat(sitemaps()).isEqualTo(new Outcome.Elsewhere(new Host(host()), true));
    fleet.grantOne(host());
    assertThat(sitemaps()).isInstanceOf(Outcome.Success.class);
    assertThat(asked).containsExactly("/robots.txt", "/robots.txt");
  }

  @Test
  void sitemapsAreAskedForWithoutHeedWhereRobotsTxtIsNotObeyed() throws Exception {
    robots(200, "User-agent: *\nCrawl-delay: 7\nDisallow: /\nSitemap: /map.xml\n");
    fleet.obeysRobots = false;

    assertThat(sitemaps()).isInstanceOf(Outcome.Success.class);
    assertThat(fleet.visits).extracting(HostVisit::answer).containsExactly(new Answer.Fine());
  }

  @Test
  void whoDoesNotObeyAsksNothing() throws Exception {
    robots(200, "User-agent: *\nDisallow: /\n");
    fleet.obeysRobots = false;

    assertThat(fetch("/a")).isInstanceOf(Outcome.Success.class);
    assertThat(asked).containsExactly("/a");
  }

  /** Where a start is good once, the file takes it, and the page waits for the next. */
  @Test
  void pageWaitsForTheStartAfterTheFiles() throws Exception {
    fleet.grantOne(host());
    assertThat(fetch("/a")).isEqualTo(new Outcome.NotNow(false, Duration.ZERO));

    fleet.grantOne(host());
    assertThat(fetch("/a")).isInstanceOf(Outcome.Success.class);
    assertThat(asked).containsExactly("/robots.txt", "/a");
  }

  @Test
  void fileThatCouldNotStartIsClaimedByTheNext() throws Exception {
    fleet.grantOne(host());
    fleet.starts = 0;
    assertThat(fetch("/a")).isEqualTo(new Outcome.NotNow(true, Duration.ZERO));
    assertThat(asked).isEmpty();

    fleet.startsOnce = false;
    fleet.starts = 2;
    assertThat(fetch("/a")).isInstanceOf(Outcome.Success.class);
  }

  @Test
  void refusedAddressIsRefusedWithoutAWait() throws Exception {
    Given given = Given.url(server.url("/a")).publicOnly().fleet(fleet);

    assertThat(given.permanentReason(service)).contains("is refused");
    assertThat(fleet.visits).isEmpty();
    assertThat(asked).isEmpty();
  }

  @Test
  void refusedAddressIsRefusedBehindAProxyToo() throws Exception {
    String proxy = "http://127.0.0.1:" + server.getPort();
    Given given =
        Given.url("http://10.0.0.1/a")
            .config("{'proxy': '" + proxy + "'}")
            .publicOnly()
            .fleet(fleet);

    assertThat(given.permanentReason(service)).contains("is refused");
    assertThat(asked).isEmpty();
  }

  @Test
  void unknownHostFailsAtOnce() throws Exception {
    try (HttpService nowhere =
        new HttpService(
            host -> {
              throw new UnknownHostException(host + " is not known");
            },
            () -> notes.now,
            client -> client)) {
      assertThat(Given.url("http://shop.test/a").fleet(fleet).retryableReason(nowhere))
          .contains("\"shop.test\" is unknown");
    }
  }

  @Test
  void interruptLeavesNothingBehind() throws Exception {
    Thread.currentThread().interrupt();
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> fetch("/a"))
        .isInstanceOf(InterruptedException.class);

    assertThat(fetch("/a")).isInstanceOf(Outcome.Success.class);
  }
}
