package dev.stygian.services.http;

import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.settings.Spans;
import dev.stygian.services.cache.StoredResponse;
import dev.stygian.services.http.PageCache.Exchange;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * One execution: a request, the redirects that it leads to, and the outcome. Redirects are followed
 * here and not by the client, because what may go along to another origin depends on the config.
 */
final class Fetch {
  /**
   * A redirect to a longer URL is not followed: it would travel along with all that comes of it.
   */
  private static final int MOST_URL_CHARS = 8192;

  private final OkHttpClient client;
  private final HttpSettings settings;
  private final InstantSource clock;
  private final Visits visits;
  private final PageCache cache;
  private final Rules rules;
  private final RedirectRule redirects;
  private final long deadlineNanos;

  /** The client keeps to the rule already; the settings' whole timeout starts now. */
  Fetch(
      OkHttpClient client,
      HttpSettings settings,
      InstantSource clock,
      Visits visits,
      PageCache cache,
      Rules rules,
      RedirectRule redirects) {
    this.client = client;
    this.settings = settings;
    this.clock = clock;
    this.visits = visits;
    this.cache = cache;
    this.rules = rules;
    this.redirects = redirects;
    deadlineNanos = System.nanoTime() + settings.timeout().toNanos();
  }

  /** What the sites themselves say of a URL. */
  @FunctionalInterface
  interface Rules {
    /** Why it must not be fetched now; {@code client} keeps to the egress rule. */
    Optional<Outcome> refusal(HttpUrl url, OkHttpClient client) throws IOException;
  }

  /** What a call asks that fetches no page. */
  @FunctionalInterface
  interface Question {
    /** What it comes to; {@code client} keeps to the egress rule. */
    Outcome ask(OkHttpClient client) throws IOException;
  }

  /** Where an answer leads. */
  private sealed interface Step {
    record Onward(Hop hop) implements Step {}

    record End(Outcome outcome) implements Step {}
  }

  /**
   * What a site's answer comes to.
   *
   * @param book sees to the cache, when the visit is over
   */
  private record Taken(Step step, Runnable book) {}

  Outcome run(RequestUrl.Known start) throws InterruptedException {
    Hop hop = visits.begin(Hop.first(start.url(), settings), settings);
    boolean wasLed = false;
    while (true) {
      PageCache.Known known = cache.find(hop);
      Optional<StoredResponse> fresh = cache.fresh(known, hop);
      Optional<Outcome> elsewhere =
          fresh.isEmpty()
              ? (wasLed ? visits.mayFollow(hop.url()) : Optional.empty())
              : hop.redirects() == 0 ? visits.withoutVisit(hop.url()) : Optional.empty();
      if (elsewhere.isPresent()) {
        return later(hop, elsewhere.get());
      }
      try {
        Step step = fresh.isPresent() ? stored(start, hop, fresh.get()) : visit(start, hop, known);
        switch (step) {
          case Step.End(Outcome outcome) -> {
            return outcome;
          }
          case Step.Onward(Hop next) -> hop = next;
        }
        wasLed = true;
      } catch (Departure.TooLateException _) {
        return later(hop, visits.tooLate());
      } catch (IOException e) {
        return broken(hop, e);
      }
    }
  }

  /** Asks a question that is about a URL, which its failures name. */
  Outcome ask(RequestUrl.Known about, Question question) throws InterruptedException {
    try {
      return question.ask(client);
    } catch (Departure.TooLateException _) {
      return visits.tooLate();
    } catch (IOException e) {
      return broken(Hop.first(about.url(), settings), e);
    }
  }

  private Outcome broken(Hop hop, IOException e) throws InterruptedException {
    if (Thread.interrupted()) {
      throw interrupted(hop, e);
    }
    return failed(hop, e);
  }

  /** What goes on later, by itself, goes on at this hop. */
  private Outcome later(Hop hop, Outcome outcome) {
    if (outcome instanceof Outcome.Elsewhere || outcome instanceof Outcome.NotNow) {
      visits.keep(hop);
    }
    return outcome;
  }

  /** What a stored response comes to that nobody was asked about. */
  private Step stored(RequestUrl.Known start, Hop hop, StoredResponse response) {
    long age = response.head().age(clock.instant()).toSeconds();
    Headers headers = response.head().headers().newBuilder().set("Age", Long.toString(age)).build();
    return stored(start, hop, response, headers, Page.Source.CACHE);
  }

  private Step stored(
      RequestUrl.Known start,
      Hop hop,
      StoredResponse response,
      Headers headers,
      Page.Source source) {
    int status = response.head().status();
    if (settings.follows(status, headers)) {
      return onward(hop, status, headers);
    }
    return new Step.End(
        Outcome.success(
            Page.json(
                start.given(),
                hop.url().toString(),
                status,
                headers,
                response.body(),
                source,
                settings)));
  }

  private Step visit(RequestUrl.Known start, Hop hop, PageCache.Known known) throws IOException {
    Optional<Outcome> refused =
        rules.refusal(hop.url(), client).or(() -> visits.mayVisit(hop.url()));
    if (refused.isPresent()) {
      return new Step.End(later(hop, refused.get()));
    }
    Visits.Visit visit = visits.start(hop.url());
    Call call = visit.call(client, request(hop, known));
    call.timeout().timeout(Math.max(1, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
    Instant sent = clock.instant();
    Taken taken;
    try (Response response = call.execute()) {
      taken = take(start, hop, known, call, response, new Exchange(sent, clock.instant()));
      visit.answered(response, RetryAfter.of(response.headers(), clock));
    } catch (IOException e) {
      visit.failed(e, refused(e).isPresent());
      throw e;
    }
    taken.book.run();
    return taken.step;
  }

  /** The hop's request, which asks only whether what is stored has changed, if something is. */
  private static Request request(Hop hop, PageCache.Known known) {
    Request.Builder request = hop.request().newBuilder();
    known
        .stored()
        .ifPresent(response ->
            response
                .head()
                .conditions()
                .forEach(condition -> request.header(condition.getFirst(), condition.getSecond())));
    return request.build();
  }

  private Taken take(
      RequestUrl.Known start,
      Hop hop,
      PageCache.Known known,
      Call call,
      Response response,
      Exchange times)
      throws IOException {
    int status = response.code();
    Headers headers = response.headers();
    if (status == 304 && known.stored().isPresent()) {
      return notModified(start, hop, known, headers, times);
    }
    if (settings.follows(status, headers)) {
      return new Taken(
          onward(hop, status, headers),
          () -> cache.answered(hop, known, status, headers, new byte[0], times));
    }
    if (!settings.takes(status)) {
      return new Taken(
          new Step.End(refusal(hop, response)),
          () -> cache.answered(hop, known, status, headers, new byte[0], times));
    }
    return switch (body(hop, response)) {
      case Body.Complete(byte[] bytes) ->
          new Taken(
              new Step.End(
                  Outcome.success(
                      Page.json(
                          start.given(),
                          hop.url().toString(),
                          status,
                          headers,
                          bytes,
                          Page.Source.SITE,
                          settings))),
              () -> cache.answered(hop, known, status, headers, bytes, times));
      case Body.TooLarge(String what) -> {
        call.cancel(); // or closing would read on, for the sake of the connection
        yield unread(
            hop,
            "answered with a body that is too large: it "
                + what
                + ", max_body allows "
                + settings.maxBodyBytes()
                + " bytes");
      }
      case Body.CodingUnknown(String coding) -> {
        call.cancel();
        yield unread(
            hop,
            "answered in the content coding \""
                + coding
                + "\"; only gzip, deflate and br are"
                + " understood");
      }
    };
  }

  private Taken notModified(
      RequestUrl.Known start, Hop hop, PageCache.Known known, Headers by, Exchange times) {
    if (!known.stored().orElseThrow().head().isMeantBy(by)) {
      return new Taken(
          new Step.End(new Outcome.NotNow(false, Duration.ZERO)), // then without a condition
          () -> cache.forget(known));
    }
    StoredResponse confirmed = cache.confirmed(known, hop, by, times);
    return new Taken(
        stored(start, hop, confirmed, confirmed.head().headers(), Page.Source.CACHE_CONFIRMED),
        () -> cache.keep(known, hop, confirmed));
  }

  private Taken unread(Hop hop, String reason) {
    return new Taken(end(hop, reason), () -> {});
  }

  private Body body(Hop hop, Response response) throws IOException {
    return hop.method().equals("HEAD")
        ? new Body.Complete(new byte[0])
        : Body.read(
            response.body().byteStream(),
            response.headers(),
            response.body().contentLength(),
            settings.maxBodyBytes());
  }

  private Step onward(Hop hop, int status, Headers headers) {
    String location = String.valueOf(headers.get("Location"));
    HttpUrl resolved = hop.url().resolve(location);
    if (hop.redirects() == settings.maxRedirects()) {
      return end(
          hop,
          "redirects once more after "
              + hop.redirects()
              + "; max_redirects = "
              + settings.maxRedirects()
              + " allows no more");
    }
    if (resolved == null) {
      return end(hop, "redirects to \"" + location + "\", which is no http or https URL");
    }
    HttpUrl target = resolved.newBuilder().username("").password("").build();
    int chars = target.toString().length();
    if (chars > MOST_URL_CHARS) {
      return end(
          hop,
          "redirects to a URL of "
              + chars
              + " characters; one of more than "
              + MOST_URL_CHARS
              + " is not followed");
    }
    Optional<Outcome> refused = redirects.refusal(target);
    if (refused.isPresent()) {
      return new Step.End(refused.get());
    }
    boolean toGet =
        (status == 303 && !hop.method().equals("HEAD"))
            || (status < 303 && hop.method().equals("POST"));
    if (!hop.isSameOrigin(target) && !toGet && settings.secretBody() && hop.body().isPresent()) {
      return end(hop, "redirects to another origin, which must not see the body's secret");
    }
    return new Step.Onward(hop.onward(target, toGet, settings.secretHeaders()));
  }

  private Step end(Hop hop, String reason) {
    return new Step.End(Outcome.permanent(reason(hop, reason)));
  }

  private Outcome refusal(Hop hop, Response response) {
    int status = response.code();
    String reason = reason(hop, "answered " + status);
    if (status == 429 || status == 503) {
      return RetryAfter.of(response.headers(), clock)
          .map(wait -> Outcome.rateLimited(reason, wait))
          .orElseGet(() -> Outcome.rateLimited(reason));
    }
    if (status == 408 || status >= 500) {
      return Outcome.retryable(reason);
    }
    return Outcome.permanent(
        reason + "; to take that as a result, set accept_status = [" + status + "]");
  }

  private Outcome failed(Hop hop, IOException e) {
    String what =
        switch (e) {
          case UnknownHostException unknown -> String.valueOf(unknown.getMessage());
          case InterruptedIOException timeout when System.nanoTime() >= deadlineNanos ->
              "no complete answer within " + Spans.format(settings.timeout());
          default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
    Optional<AddressRefusedException> refused = refused(e);
    return refused.isPresent()
        ? Outcome.permanent(reason(hop, "was not sent: " + refused.get().getMessage()), e)
        : Outcome.retryable(reason(hop, "failed: " + what), e);
  }

  /** The refusal, where every address of the host was refused; else another try may end better. */
  static Optional<AddressRefusedException> refused(IOException e) {
    Deque<@Nullable Throwable> open = new ArrayDeque<>();
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    AddressRefusedException found = null;
    open.add(e);
    while (!open.isEmpty()) {
      Throwable next = open.remove();
      if (next == null || !seen.add(next)) {
        continue;
      }
      if (!(next instanceof AddressRefusedException refusal)) {
        return Optional.empty();
      }
      found = refusal;
      open.addAll(Arrays.asList(next.getSuppressed()));
    }
    return Optional.ofNullable(found);
  }

  private InterruptedException interrupted(Hop hop, IOException cause) {
    InterruptedException e = new InterruptedException(reason(hop, "was interrupted"));
    e.initCause(cause);
    return e;
  }

  private String reason(Hop hop, String what) {
    Mask mask = settings.mask();
    return mask.apply(hop.method() + " " + hop.url()) + " " + ShownText.of(mask.apply(what));
  }
}
