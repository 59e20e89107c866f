package dev.stygian.services.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stygian.graph.service.Fleet;
import dev.stygian.graph.service.Host;
import dev.stygian.graph.service.HostVisit.Answer;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.settings.LastUsed;
import dev.stygian.graph.settings.Sha256;
import dev.stygian.services.robots.RobotsRules;
import dev.stygian.services.robots.RobotsText;
import java.io.IOException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
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
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Asks sites' robots.txt files before their pages are fetched (RFC 9309). A file is fetched by one
 * process for the whole fleet, as a visit to its host like any other, and noted for the others; who
 * finds it being fetched tries again shortly. A redirect that cannot be followed at once is noted
 * too: the task goes on there in the lane of the host that it leads to. Thread-safe.
 */
final class RobotsGate {
  private static final int MOST_KEPT = 1_000;
  private static final int MOST_KEPT_LARGE = 20;
  private static final int LARGE_LINES = 500;
  private static final int MOST_REDIRECTS = 5;

  /** Of the digest of a user agent, in names. */
  private static final int AGENT_BYTES = 8;

  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final Duration FETCH_TIME = Duration.ofSeconds(30);
  private static final Duration AWAY_LIVES = Duration.ofDays(1);

  /** Longer than files count, so that a delay that is gone from one is missed. */
  private static final Duration DELAY_LIVES = Duration.ofDays(2);

  /** For so long a task may be leased that nobody knew to be paced. */
  private static final Duration NEWS = Duration.ofSeconds(5);

  private final InstantSource clock;
  private final Map<String, RobotsRules> kept = new LastUsed<>(MOST_KEPT);

  /** A few have half a megabyte of lines, which take ten times as much here. */
  private final Map<String, RobotsRules> keptLarge = new LastUsed<>(MOST_KEPT_LARGE);

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

  /**
   * Who wants to know what the file of a site says.
   *
   * @param site a URL of it
   * @param visits the execution's
   * @param keepsDelay whether what it says of a delay is kept to
   */
  record Asker(HttpUrl site, String userAgent, Fleet fleet, Visits visits, boolean keepsDelay) {
    private String origin() {
      return RobotsGate.origin(site);
    }

    private String name() {
      return noteName(userAgent, origin());
    }
  }

  /**
   * Of a file's note; what else is noted of it has names that end with this one. The agent is in it
   * as a digest, as what a pipeline's {@code user_agent} says may come from the environment.
   */
  static String noteName(String userAgent, String origin) {
    byte[] agent = Arrays.copyOf(Sha256.of(userAgent.getBytes(UTF_8)), AGENT_BYTES);
    return "robots/" + HexFormat.of().formatHex(agent) + " " + origin;
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

  /** What a file is known to say, or why that is not known now. */
  private sealed interface Known {
    /**
     * The site could be asked.
     *
     * @param goesFirst whether the execution's next answer is what the host learns of it by
     */
    record Said(RobotsRules rules, boolean goesFirst) implements Known {}

    record NotNow(Outcome why) implements Known {}
  }

  /**
   * Why a URL must not be fetched now.
   *
   * @param asker for the site of this URL
   * @param client keeps to the egress rule
   * @throws IOException where that says nothing of the file: its start was over, the address is
   *     refused or the name unknown, or the attempt was interrupted
   */
  Optional<Outcome> refusal(HttpUrl url, Asker asker, OkHttpClient client) throws IOException {
    return switch (know(asker, client)) {
      case Known.NotNow(Outcome why) -> Optional.of(why);
      case Known.Said(RobotsRules rules, boolean goesFirst) -> {
        Optional<Outcome> refusal = refusal(rules, url, asker);
        yield refusal.isPresent() ? refusal : delay(rules, url, asker.visits, goesFirst);
      }
    };
  }

  /**
   * The sitemaps that a file names, as a list; or why they are not known now.
   *
   * @param client keeps to the egress rule
   * @throws IOException as above
   */
  Outcome sitemaps(Asker asker, OkHttpClient client) throws IOException {
    return switch (know(asker, client)) {
      case Known.NotNow(Outcome why) -> why;
      case Known.Said(RobotsRules rules, _) -> {
        ArrayNode urls = JsonNodeFactory.instance.arrayNode();
        rules.sitemaps().forEach(urls::add);
        yield rules.reachable() ? Outcome.success(urls) : asker.visits.notNow(timeLeft(rules));
      }
    };
  }

  /** Whether a file is known, so that nobody has to be asked. */
  boolean knows(Asker asker) {
    return known(asker).isPresent();
  }

  private Known know(Asker asker, OkHttpClient client) throws IOException {
    Fleet fleet = asker.fleet;
    Visits visits = asker.visits;
    String name = asker.name();
    Optional<RobotsRules> known = known(asker);
    boolean goesFirst = false;
    if (known.isEmpty()) {
      Step step = begin(asker);
      Optional<Outcome> elsewhere = visits.mayVisit(step.url());
      if (elsewhere.isPresent()) {
        return new Known.NotNow(
            step.redirects() == 0 || fleet.claim("led/" + name, FETCH_TIME)
                ? elsewhere.get()
                : visits.waiting());
      }
      if (!fleet.claim("claim/" + name, FETCH_TIME)) {
        return new Known.NotNow(visits.shortly());
      }
      boolean isRead = false;
      try {
        switch (ask(asker, step, client)) {
          case Asked.Led(Outcome later) -> {
            return new Known.NotNow(later);
          }
          case Asked.Read(RobotsRules read, boolean isNewsToHost) -> {
            isRead = true;
            goesFirst = isNewsToHost;
            note(asker, read);
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
      Duration away = Duration.between(awaySince(asker), clock.instant());
      if (away.compareTo(fleet.patience()) >= 0) {
        return new Known.NotNow(givenUp(asker.origin(), fleet.patience()));
      }
    }
    return new Known.Said(known.get(), goesFirst);
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
  private static Step begin(Asker asker) {
    HttpUrl.Builder file = asker.site.newBuilder().encodedPath("/robots.txt");
    return asker
        .fleet
        .note("way/" + asker.name())
        .flatMap(Step::ofNote)
        .orElseGet(() -> new Step(file.query(null).fragment(null).build(), 0));
  }

  private void note(Asker asker, RobotsRules fetched) {
    Fleet fleet = asker.fleet;
    String name = asker.name();
    Host host = asker.visits.host(asker.site);
    if (fetched.reachable()) {
      fleet.forget("away/" + name);
      fleet.robotsBack(host, asker.origin());
    } else {
      Instant since = awaySince(asker);
      fleet.putNote("away/" + name, since.toString().getBytes(UTF_8), AWAY_LIVES);
      fleet.robotsAway(host, asker.origin(), since, fetched.askAgain());
    }
    fleet.putNote(name, RobotsText.write(fetched).getBytes(UTF_8), timeLeft(fetched));
    keep(name, fetched);
  }

  /** Since when a file cannot be had; now, where nobody has noted it. */
  private Instant awaySince(Asker asker) {
    return asker
        .fleet
        .note("away/" + asker.name())
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

  private Optional<Outcome> refusal(RobotsRules rules, HttpUrl url, Asker asker) {
    if (rules.allows(url)) {
      return Optional.empty();
    }
    return Optional.of(
        rules.reachable()
            ? new Outcome.Excluded(
                "robots.txt of "
                    + asker.origin()
                    + " disallows "
                    + url.encodedPath()
                    + " for "
                    + asker.userAgent)
            : asker.visits.notNow(timeLeft(rules)));
  }

  private Duration timeLeft(RobotsRules rules) {
    Duration left = Duration.between(clock.instant(), rules.askAgain());
    return left.compareTo(Visits.SHORTLY) < 0 ? Visits.SHORTLY : left;
  }

  private Optional<RobotsRules> known(Asker asker) {
    String name = asker.name();
    Instant now = clock.instant();
    synchronized (kept) {
      RobotsRules small = kept.get(name);
      RobotsRules found = small == null ? keptLarge.get(name) : small;
      if (found != null && found.askAgain().isAfter(now)) {
        return Optional.of(found);
      }
    }
    Optional<RobotsRules> noted =
        asker
            .fleet
            .note(name)
            .flatMap(note -> RobotsText.read(new String(note, UTF_8)))
            .filter(rules -> rules.askAgain().isAfter(now));
    noted.ifPresent(rules -> keep(name, rules));
    return noted;
  }

  private void keep(String name, RobotsRules rules) {
    boolean isLarge = rules.rules().size() + rules.sitemaps().size() > LARGE_LINES;
    synchronized (kept) {
      (isLarge ? kept : keptLarge).remove(name);
      (isLarge ? keptLarge : kept).put(name, rules);
    }
  }

  private Asked ask(Asker asker, Step from, OkHttpClient client) throws IOException {
    Fleet fleet = asker.fleet;
    Visits visits = asker.visits;
    Step step = from;
    while (true) {
      HttpUrl url = step.url();
      Visits.Visit visit = visits.start(url);
      Call call =
          visit.call(
              client, new Request.Builder().url(url).header("User-Agent", asker.userAgent).build());
      call.timeout().timeout(FETCH_TIME.toMillis(), TimeUnit.MILLISECONDS);
      try (Response response = call.execute()) {
        HttpUrl target = step.redirects() < MOST_REDIRECTS ? target(url, response) : null;
        RobotsRules rules = rules(url, asker.userAgent, response);
        Optional<Answer.Interval> delay =
            target == null && asker.keepsDelay
                ? crawlDelay(asker.name(), rules, fleet)
                    .map(time -> new Answer.Interval(time, asker.origin()))
                : Optional.empty();
        boolean isFromSite = visits.isOneHost(url, asker.site);
        visit.answeredRobots(
            response,
            RetryAfter.of(response.headers(), clock),
            rules.reachable(),
            isFromSite ? delay : Optional.empty());
        if (target == null) {
          boolean isNewsToHost = !isFromSite && delay.isPresent();
          if (isNewsToHost) {
            visits.keepTo(delay.get(), asker.site);
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
        fleet.claim("led/" + asker.name(), FETCH_TIME);
        fleet.putNote("way/" + asker.name(), step.note(), Visits.NOTE_LIVES);
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
