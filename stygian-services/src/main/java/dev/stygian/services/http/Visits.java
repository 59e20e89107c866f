package dev.stygian.services.http;

import dev.stygian.graph.service.Fleet;
import dev.stygian.graph.service.HostVisit;
import dev.stygian.graph.service.HostVisit.Answer;
import dev.stygian.graph.service.Outcome;
import dev.stygian.services.robots.RobotsRules;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import okhttp3.Call;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/**
 * How one execution visits hosts: at their pace, and reporting each request to the fleet. Where a
 * redirect leads to a host that has a pace, the execution goes on in that host's lane: what it has
 * come to is noted, and whoever gets the task next begins there.
 */
final class Visits {
  private static final Duration NOTE_LIVES = Duration.ofDays(1);
  private static final Set<Integer> GATEWAY_ERRORS = Set.of(502, 504);

  private final Fleet fleet;
  private final HostNames names;
  private boolean sentAny;

  Visits(Fleet fleet, HostNames names) {
    this.fleet = fleet;
    this.names = names;
  }

  /** Where the execution begins: at the start, or where an earlier one of the task came to. */
  Hop begin(Hop first, HttpSettings settings) {
    if (fleet.mayGoOn(host(first.url())) && fleet.lane().equals(Optional.of(host(first.url())))) {
      return first;
    }
    return fleet.note(noteName()).flatMap(note -> Hop.ofNote(note, first, settings)).orElse(first);
  }

  /** Why a request must not go out now. */
  Optional<Outcome> mayVisit(Hop hop) {
    Optional<String> lane = fleet.lane();
    String host = host(hop.url());
    return lane.filter(host::equals).isPresent() || fleet.mayGoOn(host)
        ? Optional.empty()
        : Optional.of(new Outcome.Elsewhere(host, !sentAny));
  }

  /** Where a hop needs no visit: the start that the execution was granted goes to another. */
  Optional<Outcome> withoutVisit() {
    return !sentAny && fleet.lane().filter(host -> !fleet.mayGoOn(host)).isPresent()
        ? Optional.of(new Outcome.NoVisit())
        : Optional.empty();
  }

  /** Where a redirect's host has a pace: the execution goes on in its lane. */
  Optional<Outcome> waitFor(Hop next) {
    String host = host(next.url());
    if (fleet.mayGoOn(host)) {
      return Optional.empty();
    }
    fleet.putNote(noteName(), next.note(), NOTE_LIVES);
    return Optional.of(new Outcome.Elsewhere(host, !sentAny));
  }

  Outcome tooLate() {
    return notNow(Duration.ZERO);
  }

  Outcome notNow(Duration delay) {
    return new Outcome.NotNow(!sentAny, delay);
  }

  private String noteName() {
    return "hop/" + fleet.task();
  }

  private String host(HttpUrl url) {
    return names.of(url, fleet.scope());
  }

  Visit start(HttpUrl url) {
    return new Visit(host(url), new Departure(fleet));
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
              : GATEWAY_ERRORS.contains(status) ? new Answer.Failure() : new Answer.Fine();
      report(answer);
    }

    /** The answer was a site's robots.txt, or that there is none. */
    void answeredRobots(Response response, Optional<Duration> retryAfter, RobotsRules rules) {
      if (rules.reachable() && rules.crawlDelay().isPresent()) {
        report(new Answer.Interval(rules.crawlDelay().get()));
      } else if (!rules.reachable() && response.code() >= 500 && response.code() != 503) {
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
