package dev.stygian.services.http;

import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.settings.Spans;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.UnknownHostException;
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
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * One execution: a request, the redirects that it leads to, and the outcome. Redirects are followed
 * here and not by the client, because what may go along to another origin depends on the config.
 */
final class Fetch {
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  private final OkHttpClient client;
  private final HttpSettings settings;
  private final InstantSource clock;
  private final Visits visits;
  private final Rules rules;
  private final long deadlineNanos;

  /** The client keeps to the rule already; the settings' whole timeout starts now. */
  Fetch(
      OkHttpClient client, HttpSettings settings, InstantSource clock, Visits visits, Rules rules) {
    this.client = client;
    this.settings = settings;
    this.clock = clock;
    this.visits = visits;
    this.rules = rules;
    deadlineNanos = System.nanoTime() + settings.timeout().toNanos();
  }

  /** What the sites themselves say of a URL. */
  @FunctionalInterface
  interface Rules {
    /** Why it must not be fetched now; {@code client} keeps to the egress rule. */
    Optional<Outcome> refusal(HttpUrl url, OkHttpClient client) throws IOException;
  }

  /** Where an answer leads. */
  private sealed interface Step {
    record Onward(Hop hop) implements Step {}

    record End(Outcome outcome) implements Step {}
  }

  Outcome run(RequestUrl.Known start) throws InterruptedException {
    Hop hop = visits.begin(Hop.first(start.url(), settings), settings);
    while (true) {
      Optional<Outcome> elsewhere = visits.mayVisit(hop);
      if (elsewhere.isPresent()) {
        return elsewhere.get();
      }
      try {
        Optional<Outcome> refused = rules.refusal(hop.url(), client);
        if (refused.isPresent()) {
          return refused.get();
        }
        switch (step(start, hop)) {
          case Step.End(Outcome outcome) -> {
            return outcome;
          }
          case Step.Onward(Hop next) -> hop = next;
        }
      } catch (Departure.TooLateException _) {
        return visits.tooLate();
      } catch (IOException e) {
        if (Thread.interrupted()) {
          throw interrupted(hop, e);
        }
        return failed(hop, e);
      }
    }
  }

  private Step step(RequestUrl.Known start, Hop hop) throws IOException {
    Visits.Visit visit = visits.start(hop.url());
    Call call = visit.call(client, hop.request());
    call.timeout().timeout(Math.max(1, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
    try (Response response = call.execute()) {
      Step step = step(start, hop, call, response);
      visit.answered(response, RetryAfter.of(response.headers(), clock));
      return step;
    } catch (IOException e) {
      visit.failed(e, refused(e).isPresent());
      throw e;
    }
  }

  private Step step(RequestUrl.Known start, Hop hop, Call call, Response response)
      throws IOException {
    String location = response.header("Location");
    boolean redirect = REDIRECTS.contains(response.code());
    if (redirect
        && location != null
        && settings.followRedirects()
        && !settings.acceptStatus().contains(response.code())) {
      return onward(hop, response.code(), location);
    }
    return new Step.End(
        response.isSuccessful()
                || settings.acceptStatus().contains(response.code())
                || (redirect && !settings.followRedirects())
            ? success(start, hop, call, response)
            : refusal(hop, response));
  }

  private Step onward(Hop hop, int status, String location) {
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
    boolean toGet =
        (status == 303 && !hop.method().equals("HEAD"))
            || (status < 303 && hop.method().equals("POST"));
    if (!hop.isSameOrigin(target) && !toGet && settings.secretBody() && hop.body().isPresent()) {
      return end(hop, "redirects to another origin, which must not see the body's secret");
    }
    Hop next = hop.onward(target, toGet, settings.secretHeaders());
    return visits.waitFor(next).<Step>map(Step.End::new).orElseGet(() -> new Step.Onward(next));
  }

  private Step end(Hop hop, String reason) {
    return new Step.End(Outcome.permanent(reason(hop, reason)));
  }

  private Outcome success(RequestUrl.Known start, Hop hop, Call call, Response response)
      throws IOException {
    Body body =
        hop.method().equals("HEAD")
            ? new Body.Complete(new byte[0])
            : Body.read(
                response.body().byteStream(),
                response.headers(),
                response.body().contentLength(),
                settings.maxBodyBytes());
    return switch (body) {
      case Body.Complete(byte[] bytes) ->
          Outcome.success(
              Page.json(start.given(), hop.url().toString(), response, bytes, settings));
      case Body.TooLarge(String what) -> {
        call.cancel(); // or closing would read on, for the sake of the connection
        yield Outcome.permanent(
            reason(
                hop,
                "answered with a body that is too large: it "
                    + what
                    + ", max_body allows "
                    + settings.maxBodyBytes()
                    + " bytes"));
      }
      case Body.CodingUnknown(String coding) -> {
        call.cancel();
        yield Outcome.permanent(
            reason(
                hop,
                "answered in the content coding \""
                    + coding
                    + "\"; only gzip, deflate and br are"
                    + " understood"));
      }
    };
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
    return settings.mask().apply(hop.method() + " " + hop.url() + " " + what);
  }
}
