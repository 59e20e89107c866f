package dev.stygian.services.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stygian.graph.service.Fleet;
import dev.stygian.graph.service.HostVisit.Answer;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.settings.LastUsed;
import dev.stygian.services.robots.RobotsRules;
import dev.stygian.services.robots.RobotsText;
import java.io.IOException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Asks sites' robots.txt files before their pages are fetched (RFC 9309). A file is fetched by one
 * process for the whole fleet, as a visit to its host like any other, and noted for the others; who
 * finds it being fetched tries again shortly. A redirect that cannot be followed at once is noted
 * too: the task goes on there in the lane of the host that it leads to. Thread-safe.
 */
final class RobotsGate {
  private static final int MOST_KEPT = 1_000;
  private static final int MOST_REDIRECTS = 5;
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final Duration FETCH_TIME = Duration.ofSeconds(30);
  private static final Duration AWAY_LIVES = Duration.ofDays(1);

  /** Longer than files count, so that a delay that is gone from one is missed. */
  private static final Duration DELAY_LIVES = Duration.ofDays(2);

  /** For so long a task may be leased that nobody knew to be paced. */
  private static final Duration NEWS = Duration.ofSeconds(5);

  private final InstantSource clock;
  private final Map<String, RobotsRules> kept = new LastUsed<>(MOST_KEPT);

  RobotsGate(InstantSource clock) {
    this.clock = clock;
  }

  /** A request on the way to a file. */
  private record Step(HttpUrl url, int redirects) {
    byte[] note() {
      return (redirects + " " + url).getBytes(UTF_8);
    }

    static Optional<Step> ofNote(byte[] note) {
      String[] parts = new String(note, UTF_8).split(" ", 2);
      return Optional.ofNullable(HttpUrl.parse(parts[1]))
          .map(url -> new Step(url, Integer.parseInt(parts[0])));
    }
  }

  /** What asking for a file came to. */
  private sealed interface Asked {
    /**
     * What the file says.
     *
     * @param isNewsToHost whether the site's host, which has not sent it, knows nothing of it yet
     */
    record Read(RobotsRules rules, boolean isNewsToHost) implements Asked {}

    /** A redirect that is followed with a later start. */
    record Led(Outcome elsewhere) implements Asked {}
  }

  /**
   * Why a URL must not be fetched now.
   *
   * @param client keeps to the egress rule
   * @throws IOException where that says nothing of the file: its start was over, the address is
   *     refused or the name unknown, or the attempt was interrupted
   */
  Optional<Outcome> refusal(
      HttpUrl url, String userAgent, Fleet fleet, Visits visits, OkHttpClient client)
      throws IOException {
    String origin = origin(url);
    String name = "robots/" + userAgent + " " + origin;
    Optional<RobotsRules> known = known(name, fleet);
    boolean goesFirst = false;
    if (known.isEmpty()) {
      Step step = begin(name, url, fleet);
      Optional<Outcome> elsewhere = visits.mayVisit(step.url());
      if (elsewhere.isPresent()) {
        return step.redirects() == 0 || fleet.claim("led/" + name, FETCH_TIME)
            ? elsewhere
            : Optional.of(visits.waiting());
      }
      if (!fleet.claim("claim/" + name, FETCH_TIME)) {
        return Optional.of(visits.shortly());
      }
      boolean isRead = false;
      try {
        switch (ask(name, url, step, userAgent, fleet, visits, client)) {
          case Asked.Led(Outcome later) -> {
            return Optional.of(later);
          }
          case Asked.Read(RobotsRules read, boolean isNewsToHost) -> {
            isRead = true;
            goesFirst = isNewsToHost;
            note(name, read, fleet);
            if (step.redirects() > 0) {
              fleet.forget("way/" + name);
            }
            known = Optional.of(read);
          }
        }
      } finally { // the client may also throw an InterruptedException, without declaring it
        if (!isRead) {
          fleet.forget("claim/" + name); // the next one may ask at once
        }
      }
    }
    if (!known.get().reachable()) {
      Duration away = Duration.between(awaySince(name, fleet), clock.instant());
      if (away.compareTo(fleet.patience()) >= 0) {
        return Optional.of(givenUp(origin, fleet.patience()));
      }
    }
    Optional<Outcome> refusal = refusal(known.get(), url, origin, userAgent, visits);
    return refusal.isPresent() ? refusal : delay(known.get(), url, visits, goesFirst);
  }

  /**
   * Where the site has just begun to ask for a delay, whoever did not know of it waits anew; but
   * not who goes first, whose answer is what the site's host learns it by.
   */
  private Optional<Outcome> delay(
      RobotsRules rules, HttpUrl url, Visits visits, boolean goesFirst) {
    if (rules.crawlDelay().isEmpty()) {
      return Optional.empty();
    }
    visits.keepTo(new Answer.Interval(rules.crawlDelay().get(), origin(url)), url);
    Duration age = Duration.between(rules.askedAt(), clock.instant()).abs(); // of another's clock
    return !goesFirst && age.compareTo(NEWS) < 0 ? visits.backToBePaced(url) : Optional.empty();
  }

  /** What has a robots.txt of its own. */
  private static String origin(HttpUrl url) {
    return url.scheme() + "://" + url.host() + ":" + url.port();
  }

  /** Where a file is asked for: at its place, or where somebody was led to. */
  private static Step begin(String name, HttpUrl url, Fleet fleet) {
    return fleet
        .note("way/" + name)
        .flatMap(Step::ofNote)
        .orElseGet(() ->
            new Step(
                url.newBuilder().encodedPath("/robots.txt").query(null).fragment(null).build(), 0));
  }

  private void note(String name, RobotsRules fetched, Fleet fleet) {
    if (fetched.reachable()) {
      fleet.forget("away/" + name);
    } else {
      String since = awaySince(name, fleet).toString();
      fleet.putNote("away/" + name, since.getBytes(UTF_8), AWAY_LIVES);
    }
    fleet.putNote(name, RobotsText.write(fetched).getBytes(UTF_8), timeLeft(fetched));
    keep(name, fetched);
  }

  /** Since when a file cannot be had; now, where nobody has noted it. */
  private Instant awaySince(String name, Fleet fleet) {
    return fleet
        .note("away/" + name)
        .map(note -> Instant.parse(new String(note, UTF_8)))
        .orElseGet(clock::instant);
  }

  private static Outcome givenUp(String origin, Duration patience) {
    return Outcome.permanent(
        "robots.txt of "
            + origin
            + " could not be had for "
            + patience.toSeconds()
            + " s; its pages are given up");
  }

  private Optional<Outcome> refusal(
      RobotsRules rules, HttpUrl url, String origin, String userAgent, Visits visits) {
    if (rules.allows(url)) {
      return Optional.empty();
    }
    return Optional.of(
        rules.reachable()
            ? new Outcome.Excluded(
                "robots.txt of " + origin + " disallows " + url.encodedPath() + " for " + userAgent)
            : visits.notNow(timeLeft(rules)));
  }

  private Duration timeLeft(RobotsRules rules) {
    Duration left = Duration.between(clock.instant(), rules.askAgain());
    return left.compareTo(Visits.SHORTLY) < 0 ? Visits.SHORTLY : left;
  }

  private Optional<RobotsRules> known(String name, Fleet fleet) {
    Instant now = clock.instant();
    synchronized (kept) {
      RobotsRules found = kept.get(name);
      if (found != null && found.askAgain().isAfter(now)) {
        return Optional.of(found);
      }
    }
    Optional<RobotsRules> noted =
        fleet
            .note(name)
            .flatMap(note -> RobotsText.read(new String(note, UTF_8)))
            .filter(rules -> rules.askAgain().isAfter(now));
    noted.ifPresent(rules -> keep(name, rules));
    return noted;
  }

  private void keep(String name, RobotsRules rules) {
    synchronized (kept) {
      kept.put(name, rules);
    }
  }

  private Asked ask(
      String name,
      HttpUrl site,
      Step from,
      String userAgent,
      Fleet fleet,
      Visits visits,
      OkHttpClient client)
      throws IOException {
    Step step = from;
    while (true) {
      HttpUrl url = step.url();
      Visits.Visit visit = visits.start(url);
      Call call =
          visit.call(
              client, new Request.Builder().url(url).header("User-Agent", userAgent).build());
      call.timeout().timeout(FETCH_TIME.toMillis(), TimeUnit.MILLISECONDS);
      try (Response response = call.execute()) {
        HttpUrl target = step.redirects() < MOST_REDIRECTS ? target(url, response) : null;
        RobotsRules rules = rules(url, userAgent, response);
        Optional<Answer.Interval> delay =
            target == null
                ? crawlDelay(name, rules, fleet)
                    .map(time -> new Answer.Interval(time, origin(site)))
                : Optional.empty();
        boolean isFromSite = visits.isOneHost(url, site);
        visit.answeredRobots(
            response,
            RetryAfter.of(response.headers(), clock),
            rules.reachable(),
            isFromSite ? delay : Optional.empty());
        if (target == null) {
          boolean isNewsToHost = !isFromSite && delay.isPresent();
          if (isNewsToHost) {
            visits.keepTo(delay.get(), site);
          }
          return new Asked.Read(rules, isNewsToHost);
        }
        step = new Step(target, step.redirects() + 1);
      } catch (IOException e) {
        visit.failed(e, Fetch.refused(e).isPresent());
        if (saysNothing(e, step.redirects() > 0)) {
          throw e;
        }
        return new Asked.Read(RobotsRules.unreachable(clock.instant()), false);
      }
      Optional<Outcome> elsewhere = visits.mayFollow(step.url());
      if (elsewhere.isPresent()) {
        fleet.claim("led/" + name, FETCH_TIME);
        fleet.putNote("way/" + name, step.note(), Visits.NOTE_LIVES);
        return new Asked.Led(elsewhere.get());
      }
    }
  }

  /**
   * What a file says of its site's delay: zero where it asked for one before and does no more. One
   * that never did says nothing, since other sites may count as the same host.
   */
  private static Optional<Duration> crawlDelay(String name, RobotsRules rules, Fleet fleet) {
    if (rules.crawlDelay().isPresent()) {
      fleet.putNote("delay/" + name, new byte[0], DELAY_LIVES);
      return rules.crawlDelay();
    }
    if (!rules.reachable() || fleet.note("delay/" + name).isEmpty()) {
      return Optional.empty();
    }
    fleet.forget("delay/" + name);
    return Optional.of(Duration.ZERO);
  }

  private static boolean saysNothing(IOException e, boolean isRedirected) {
    return e instanceof Departure.TooLateException
        || Thread.currentThread().isInterrupted()
        || (!isRedirected && (e instanceof UnknownHostException || Fetch.refused(e).isPresent()));
  }

  private static @Nullable HttpUrl target(HttpUrl url, Response response) {
    String location = response.header("Location");
    return location != null && REDIRECTS.contains(response.code()) ? url.resolve(location) : null;
  }

  private RobotsRules rules(HttpUrl url, String userAgent, Response response) throws IOException {
    byte[] body =
        response.isSuccessful()
            ? response.body().byteStream().readNBytes(RobotsRules.MAX_BYTES + 1)
            : new byte[0];
    return RobotsRules.of(response.code(), body, url, userAgent, clock.instant());
  }
}
