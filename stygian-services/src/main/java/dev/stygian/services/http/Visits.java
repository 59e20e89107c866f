package dev.stygian.services.http;

import dev.stygian.graph.service.Fleet;
import dev.stygian.graph.service.Host;
import dev.stygian.graph.service.HostVisit;
import dev.stygian.graph.service.HostVisit.Answer;
import dev.stygian.graph.service.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import okhttp3.Call;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/**
 * How one execution visits hosts: at their pace, and reporting each request to the fleet. Where a
 * redirect leads to a host that has a pace, or needs a start that the execution has used, it goes
 * on in that host's lane: what it has come to is noted, and whoever gets the task next begins
 * there. So each start brings it a hop further.
 */
final class Visits {
  /** How long where a task has come to is known: longer than the longest interval. */
  static final Duration NOTE_LIVES = Duration.ofDays(2);

  static final Duration SHORTLY = Duration.ofMillis(250);
  private static final Set<Integer> GATEWAY_ERRORS = Set.of(502, 504);

  private final Fleet fleet;
  private final HostNames names;
  private final Map<String, Answer.Interval> crawlDelays = new HashMap<>(2);
  private boolean sentAny;

  Visits(Fleet fleet, HostNames names) {
    this.fleet = fleet;
    this.names = names;
  }

  /** Where the execution begins: at the start, or where an earlier one of the task came to. */
  Hop begin(Hop first, HttpSettings settings) {
    Host host = host(first.url());
    if (isInLaneOf(host) && fleet.mayGoOn(host)) {
      return first; // whoever came further left this lane, or had a start for one request
    }
    return fleet.note(noteName()).flatMap(note -> Hop.ofNote(note, first, settings)).orElse(first);
  }

  /** Why a request must not go out now. */
  Optional<Outcome> mayVisit(HttpUrl url) {
    return isInLaneOf(host(url)) ? Optional.empty() : mayFollow(url);
  }

  /** Why a redirect must not be followed at once: the execution goes on in its host's lane. */
  Optional<Outcome> mayFollow(HttpUrl url) {
    Host host = host(url);
    return fleet.mayGoOn(host) ? Optional.empty() : Optional.of(elsewhere(host));
  }

  /** Where a URL needs no visit: the start that the execution was granted goes to another. */
  Optional<Outcome> withoutVisit(HttpUrl url) {
    return !sentAny && fleet.lane().isPresent() && !fleet.mayGoOn(host(url))
        ? Optional.of(new Outcome.NoVisit())
        : Optional.empty();
  }

  /** Keeps where the execution came to, if that is not where it begins: so it goes on there. */
  void keep(Hop hop) {
    if (hop.redirects() > 0) {
      fleet.putNote(noteName(), hop.note(), NOTE_LIVES);
    }
  }

  Outcome tooLate() {
    return notNow(Duration.ZERO);
  }

  Outcome shortly() {
    return notNow(SHORTLY);
  }

  /** Another task sees to it: the start is spent on waiting, or all of its lane would come by. */
  Outcome waiting() {
    return new Outcome.NotNow(false, SHORTLY);
  }

  Outcome notNow(Duration delay) {
    return new Outcome.NotNow(!sentAny, delay);
  }

  private Outcome elsewhere(Host host) {
    return new Outcome.Elsewhere(host, !sentAny);
  }

  /**
   * What a site asks for by its {@code Crawl-delay}: its pages' answers say it again, so that their
   * host knows it also where the file came from another, or was read long ago.
   */
  void keepTo(Answer.Interval crawlDelay, HttpUrl url) {
    crawlDelays.put(host(url).name(), crawlDelay);
  }

  /**
   * Sends a task that could not know of a {@code Crawl-delay} when it was leased back to its host's
   * lane, which paces it; empty where its start is a paced one.
   */
  Optional<Outcome> backToBePaced(HttpUrl url) {
    Host host = host(url);
    if (!isInLaneOf(host)) {
      return Optional.of(elsewhere(host));
    }
    return fleet.startsOnce() ? Optional.empty() : Optional.of(shortly());
  }

  private String noteName() {
    return "hop/" + fleet.task();
  }

  /** The host of a URL, as the fleet counts hosts. */
  Host host(HttpUrl url) {
    return names.of(url, fleet.scope());
  }

  /** Whether two URLs are of one host, as the fleet counts hosts. */
  boolean isOneHost(HttpUrl one, HttpUrl other) {
    return host(one).name().equals(host(other).name());
  }

  private boolean isInLaneOf(Host host) {
    return fleet.lane().filter(host.name()::equals).isPresent();
  }

  Visit start(HttpUrl url) {
    Host host = host(url);
    Departure departure =
        new Departure(
            () -> mayStart(host), nanos -> fleet.sent(host.name(), nanos), fleet.startsOnce());
    return new Visit(host.name(), departure);
  }

  /** A start is for its lane's host: a request to another one that has no pace takes none. */
  private boolean mayStart(Host host) {
    return (!isInLaneOf(host) && fleet.mayGoOn(host)) || fleet.mayStart();
  }

  /** One request. */
  final class Visit {
    private final String host;
    private final Departure departure;

    private Visit(String host, Departure departure) {
      this.host = host;
      this.departure = departure;
    }

    /** The call of a request that goes out as the fleet allows. */
    Call call(OkHttpClient client, Request request) {
      return client
          .newBuilder()
          .addNetworkInterceptor(departure)
          .eventListener(departure.listener())
          .build()
          .newCall(request);
    }

    void answered(Response response, Optional<Duration> retryAfter) {
      int status = response.code();
      boolean tooMany = status == 429 || status == 503;
      Answer answer =
          tooMany
              ? new Answer.TooMany(retryAfter.orElse(Duration.ZERO))
              : GATEWAY_ERRORS.contains(status) ? new Answer.Failure() : fine();
      report(answer);
    }

    private Answer fine() {
      Answer asked = crawlDelays.get(host);
      return asked == null ? new Answer.Fine() : asked;
    }

    /**
     * The answer was a site's robots.txt, or that there is none.
     *
     * @param crawlDelay zero where it asked for one before; empty: it says nothing of it
     */
    void answeredRobots(
        Response response,
        Optional<Duration> retryAfter,
        boolean isReachable,
        Optional<Answer.Interval> crawlDelay) {
      if (crawlDelay.isPresent()) {
        report(crawlDelay.get());
      } else if (!isReachable && response.code() >= 500 && response.code() != 503) {
        report(new Answer.Failure());
      } else {
        answered(response, retryAfter);
      }
    }

    /**
     * The request came to nothing.
     *
     * @param isOurs whether it was not sent because of our own rules
     */
    void failed(IOException e, boolean isOurs) {
      sentAny |= departure.hasBegun();
      if (!isOurs
          && !(e instanceof Departure.TooLateException)
          && !Thread.currentThread().isInterrupted()) {
        report(new Answer.Failure());
      }
    }

    private void report(Answer answer) {
      sentAny = true;
      long started = departure.startedNanos();
      long took = System.nanoTime() - started;
      fleet.visited(
          new HostVisit(host, started, Duration.ofNanos(took), departure.receivedBytes(), answer));
    }
  }
}
