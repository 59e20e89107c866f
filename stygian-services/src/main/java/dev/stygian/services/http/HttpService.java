package dev.stygian.services.http;

import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.service.Host;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.service.ServiceDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.function.UnaryOperator;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;

/**
 * Fetches a URL: the predecessor's, the item's or the config's. {@code docs/services/http.md} is
 * its reference. An interrupt ends a call at once.
 */
public final class HttpService implements ScrapingService {
  private static final ServiceDescriptor DESCRIPTOR =
      new ServiceDescriptor(
          "http",
          List.of(),
          "fetches a URL",
          HttpSchema.SCHEMA,
          ServiceDescriptor.Work.VISITS_HOSTS);

  /** Honest, so that a site's owner can tell who asks and can name it in robots.txt. */
  static final String USER_AGENT = "stygian-graph/" + version();

  private final SharedClient clients;
  private final InstantSource clock;
  private final HostNames hostNames;
  private final RobotsGate robots;

  /** For {@link java.util.ServiceLoader}; starts nothing. */
  public HttpService() {
    this(NameLookup.ofSystem(), InstantSource.system(), client -> client);
  }

  HttpService(
      NameLookup names, InstantSource clock, UnaryOperator<OkHttpClient.Builder> adjustedClient) {
    clients = new SharedClient(names, adjustedClient);
    this.clock = clock;
    this.hostNames = new HostNames(names);
    this.robots = new RobotsGate(clock);
  }

  @Override
  public ServiceDescriptor descriptor() {
    return DESCRIPTOR;
  }

  @Override
  public Optional<Host> host(ServiceCall call) {
    return RequestUrl.of(call) instanceof RequestUrl.Known known && !isStored(call, known)
        ? Optional.of(hostNames.of(known.url(), call.fleet().scope()))
        : Optional.empty();
  }

  /** Whether a stored response is fresh, so that nothing has to wait for the host. */
  private boolean isStored(ServiceCall call, RequestUrl.Known url) {
    if (!call.config().flag("cache")) {
      return false;
    }
    try {
      HttpSettings settings = HttpSettings.of(call, USER_AGENT);
      return cache(call, settings).answers(Hop.first(url.url(), settings));
    } catch (SettingInvalidException _) { // only a worker has what the config refers to
      return false;
    }
  }

  private PageCache cache(ServiceCall call, HttpSettings settings) {
    return new PageCache(call.fleet(), call.pipelineId(), settings, clock);
  }

  @Override
  public Outcome execute(ServiceCall call) throws InterruptedException {
    return execute(call, RedirectRule.ANYWHERE);
  }

  /** Executes a call whose redirects are held to a rule besides. */
  public Outcome execute(ServiceCall call, RedirectRule redirects) throws InterruptedException {
    return switch (RequestUrl.of(call)) {
      case RequestUrl.Unusable(String reason) -> Outcome.permanent(reason);
      case RequestUrl.Known known -> {
        HttpSettings settings = HttpSettings.of(call, USER_AGENT);
        Visits visits = new Visits(call.fleet(), hostNames);
        yield counted(fetch(call, settings, visits, redirects).run(known));
      }
    };
  }

  /**
   * The sitemaps that the robots.txt of a URL's site names, as a list of URLs. A file that the
   * fleet knows costs no request; else it is fetched as before a page, once for all. It is asked
   * also where robots.txt is not obeyed, and of a served folder: then for its sitemaps alone.
   */
  public Outcome sitemaps(ServiceCall call) throws InterruptedException {
    return switch (RequestUrl.of(call)) {
      case RequestUrl.Unusable(String reason) -> Outcome.permanent(reason);
      case RequestUrl.Known known -> {
        HttpSettings settings = HttpSettings.of(call, USER_AGENT);
        Visits visits = new Visits(call.fleet(), hostNames);
        RobotsGate.Asker asker = asker(call, settings, known.url(), visits);
        Optional<Outcome> unused =
            robots.knows(asker) ? visits.withoutVisit(known.url()) : Optional.empty();
        yield unused.isPresent()
            ? unused.get()
            : counted(
                fetch(call, settings, visits, RedirectRule.ANYWHERE)
                    .ask(known, client -> robots.sitemaps(asker, client)));
      }
    };
  }

  /** The host that {@link #sitemaps} would visit; none where the file is known. */
  public Optional<Host> hostOfSitemaps(ServiceCall call) {
    return RequestUrl.of(call) instanceof RequestUrl.Known known && !isRobotsKnown(call, known)
        ? Optional.of(hostNames.of(known.url(), call.fleet().scope()))
        : Optional.empty();
  }

  private boolean isRobotsKnown(ServiceCall call, RequestUrl.Known url) {
    try {
      HttpSettings settings = HttpSettings.of(call, USER_AGENT);
      Visits none = new Visits(call.fleet(), hostNames);
      return robots.knows(asker(call, settings, url.url(), none));
    } catch (SettingInvalidException _) { // only a worker has what the config refers to
      return false;
    }
  }

  private Fetch fetch(
      ServiceCall call, HttpSettings settings, Visits visits, RedirectRule redirects) {
    return new Fetch(
        clients.forCall(settings),
        settings,
        clock,
        visits,
        cache(call, settings),
        rules(call, settings, visits),
        redirects);
  }

  private Outcome counted(Outcome outcome) {
    if (isBrokenOff(outcome)) {
      clients.failed();
    }
    return outcome;
  }

  /** The run's own served folder has no robots.txt to ask for. */
  private Fetch.Rules rules(ServiceCall call, HttpSettings settings, Visits visits) {
    return (url, client) ->
        obeysRobots(call, url)
            ? robots.refusal(url, asker(call, settings, url, visits), client)
            : Optional.empty();
  }

  private static boolean obeysRobots(ServiceCall call, HttpUrl url) {
    return call.fleet().obeysRobots() && call.site().filter(site -> isOf(site, url)).isEmpty();
  }

  private static RobotsGate.Asker asker(
      ServiceCall call, HttpSettings settings, HttpUrl url, Visits visits) {
    String header = settings.headers().get("User-Agent");
    String userAgent = header == null ? USER_AGENT : header;
    return new RobotsGate.Asker(url, userAgent, call.fleet(), visits, obeysRobots(call, url));
  }

  private static boolean isOf(URI site, HttpUrl url) {
    return url.host().equals(site.getHost()) && url.port() == site.getPort();
  }

  private static boolean isBrokenOff(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Retryable(var reason, var cause) -> cause.isPresent();
      case Outcome.Permanent(var reason, var cause) -> cause.isPresent();
      case Outcome.Success success -> false;
      case Outcome.RateLimited limited -> false;
      case Outcome.NotNow later -> false;
      case Outcome.Elsewhere elsewhere -> false;
      case Outcome.NoVisit noVisit -> false;
      case Outcome.Became became -> false;
      case Outcome.Excluded excluded -> false;
    };
  }

  @Override
  public void close() {
    clients.close();
  }

  private static String version() {
    Properties properties = new Properties();
    try (InputStream in = HttpService.class.getResourceAsStream("version.properties")) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the resource version.properties cannot be read", e);
    }
    return properties.getProperty("version", "development");
  }
}
