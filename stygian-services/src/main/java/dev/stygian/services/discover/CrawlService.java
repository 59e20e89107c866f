package dev.stygian.services.discover;

import dev.stygian.graph.item.Item;
import dev.stygian.graph.service.Found;
import dev.stygian.graph.service.Host;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.service.ServiceDescriptor;
import dev.stygian.graph.settings.Config;
import dev.stygian.services.http.HttpService;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import okhttp3.HttpUrl;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Fetches a site from its start: an item becomes the page that it names, and each page makes items
 * of those that its links lead to, each once in the run. What it puts out for a page is what {@code
 * http} does. {@code docs/services/crawl.md} is its reference.
 */
public final class CrawlService implements ScrapingService {
  private static final Logger LOG = LoggerFactory.getLogger(CrawlService.class);
  static final int MOST_AT_ONCE = 500;
  static final long NO_LIMIT = 0;
  private static final Set<String> PAGES = Set.of("text/html", "application/xhtml+xml");
  private static final Set<String> SITEMAPS = Set.of("xml", "gz", "rss", "atom");

  private final HttpService http = new HttpService();
  private final ServiceDescriptor descriptor =
      new ServiceDescriptor(
          "crawl",
          List.of("spider"),
          "fetches a site: pages and what their links lead to",
          CrawlSchema.of(http.descriptor().config()),
          ServiceDescriptor.Work.VISITS_HOSTS,
          ServiceDescriptor.Finds.MORE_OF_ITS_OWN);

  /** What a node's config comes to; configs live as long as their runs' plans. */
  private final Map<Config, Node> nodes = new WeakHashMap<>();

  private record Node(CrawlSettings settings, TrapGuard traps) {}

  @Override
  public ServiceDescriptor descriptor() {
    return descriptor;
  }

  private Node node(ServiceCall call) {
    synchronized (nodes) {
      return nodes.computeIfAbsent(
          call.config(),
          config -> new Node(CrawlSettings.of(config), new TrapGuard(TrapLimits.defaults())));
    }
  }

  @Override
  public Optional<Host> host(ServiceCall call) {
    Optional<CrawlItem> item =
        CrawlItem.of(call.item().input(), node(call).settings.links().urls());
    return switch (item.orElse(null)) {
      case CrawlItem.Page page -> http.host(fetching(call, page.url()));
      case CrawlItem.Sitemap sitemap -> http.host(fetching(call, sitemap.url()));
      case CrawlItem.Robots robots -> http.hostOfSitemaps(fetching(call, robots.url()));
      case CrawlItem.Start _ -> Optional.empty();
      case null -> Optional.empty();
    };
  }

  @Override
  public Outcome execute(ServiceCall call) throws Exception {
    Node node = node(call);
    UrlNormalizer urls = node.settings.links().urls();
    return switch (CrawlItem.of(call.item().input(), urls).orElse(null)) {
      case CrawlItem.Start start -> start(call, node, start);
      case CrawlItem.Page page -> page(call, node, page);
      case CrawlItem.Sitemap sitemap -> sitemap(call, node, sitemap);
      case CrawlItem.Robots robots -> robots(call, node, robots);
      case null -> Outcome.permanent("the item has no URL to start from; give it a \"url\"");
    };
  }

  private Outcome start(ServiceCall call, Node node, CrawlItem.Start start)
      throws InterruptedException {
    String given = start.url();
    if (call.site().isPresent()) {
      HttpUrl site = HttpUrl.get(call.site().get().toString());
      HttpUrl resolved = site.resolve(given);
      given = resolved == null ? given : resolved.toString();
    }
    return switch (node.settings.links().urls().normalize(given)) {
      case NormalUrl.Refused(SkipReason reason) ->
          Outcome.permanent("the start " + start.url() + " " + reason.sentence());
      case NormalUrl.Known(HttpUrl url) -> {
        if (SITEMAPS.contains(Scope.extension(url.encodedPath()))) {
          Found sitemap = CrawlItem.Sitemap.given(url).found(node.settings.links().scope());
          call.fleet().found(List.of(sitemap), NO_LIMIT);
        } else {
          Found page = CrawlItem.Page.start(url, node.settings.asksRobots()).found();
          call.fleet().found(List.of(page), node.settings.maxPages());
        }
        yield new Outcome.Became();
      }
    };
  }

  private Outcome page(ServiceCall call, Node node, CrawlItem.Page page)
      throws InterruptedException {
    Outcome outcome =
        http.execute(fetching(call, page.url()), target -> redirected(node, page, target));
    if (outcome instanceof Outcome.Success(JsonNode output)) {
      HttpUrl url = finalUrl(output, page.url());
      HttpUrl start = page.isStart() ? url : page.start();
      if (page.asksRobots()) {
        Found robots = CrawlItem.Robots.of(start).found(node.settings.links().scope());
        call.fleet().found(List.of(robots), NO_LIMIT);
      }
      if (isPage(output)) {
        follow(call, node, page, output.path("body").asString(""), url, start);
      }
    }
    return outcome;
  }

  private static void follow(
      ServiceCall call, Node node, CrawlItem.Page page, String html, HttpUrl url, HttpUrl start)
      throws InterruptedException {
    PageLinks links = PageLinks.of(html, url, node.settings.sources());
    int depth = page.depth() + 1;
    List<Found> found = new ArrayList<>();
    for (String link : links.urls()) {
      if (node.settings.links().judge(link, start, depth)
              instanceof LinkVerdict.Follow(HttpUrl target)
          && !isTrap(call, node, target)) {
        found.add(new CrawlItem.Page(target, depth, start, false).foundOn(url));
      }
    }
    for (int from = 0; from < found.size(); from += MOST_AT_ONCE) {
      int to = Math.min(from + MOST_AT_ONCE, found.size());
      call.fleet().found(found.subList(from, to), node.settings.maxPages());
    }
  }

  /** A page's redirects are held to the scope of its start as its link was; a start's set it. */
  private static Optional<Outcome> redirected(Node node, CrawlItem.Page page, HttpUrl target) {
    Optional<Outcome> tooLong = tooLong(node, target);
    Scope scope = node.settings.links().scope();
    if (tooLong.isPresent() || page.isStart() || scope.contains(page.start(), target)) {
      return tooLong;
    }
    return Optional.of(
        new Outcome.Excluded(
            page.url() + " redirects to " + target + ", out of the crawl's scope"));
  }

  /** What leads on goes along with every link of its page: it is not longer than a link may be. */
  private static Optional<Outcome> tooLong(Node node, HttpUrl target) {
    int most = node.settings.links().urls().maxChars();
    int chars = target.toString().length();
    return chars <= most
        ? Optional.empty()
        : Optional.of(
            Outcome.permanent(
                "it redirects to a URL of "
                    + chars
                    + " characters; one of more than "
                    + most
                    + " is skipped"));
  }

  /** Whether a link is a trap's; the log says so the first time. */
  private static boolean isTrap(ServiceCall call, Node node, HttpUrl link) {
    Optional<TrapGuard.Trap> trap = node.traps.check(link);
    trap.filter(TrapGuard.Trap::isNews)
        .ifPresent(news ->
            LOG.atWarn()
                .addKeyValue("pipeline", call.pipelineId())
                .addKeyValue("node", call.node())
                .addKeyValue("pattern", news.pattern())
                .addKeyValue("reason", "it " + news.reason().sentence())
                .log(
                    "Links are skipped that look like a trap's; name such pages in the input or a"
                        + " sitemap to fetch them, or deny them"));
    return trap.isPresent();
  }

  private static boolean isPage(JsonNode output) {
    String type = output.path("content_type").asString("text/html").toLowerCase(Locale.ROOT);
    return output.has("body") && PAGES.contains(type.split(";", 2)[0].strip());
  }

  private static HttpUrl finalUrl(JsonNode output, HttpUrl asked) {
    HttpUrl url = HttpUrl.parse(output.path("final_url").asString(""));
    return url == null ? asked : url;
  }

  private Outcome sitemap(ServiceCall call, Node node, CrawlItem.Sitemap sitemap)
      throws InterruptedException {
    Outcome outcome = http.execute(fetching(call, sitemap.url()));
    return outcome instanceof Outcome.Success(JsonNode output)
        ? new SitemapFindings(call, node.settings, sitemap)
            .take(output, finalUrl(output, sitemap.url()))
        : outcome;
  }

  /** Reads each sitemap that a robots.txt names, for the scope of the start whose site's it is. */
  private Outcome robots(ServiceCall call, Node node, CrawlItem.Robots robots)
      throws InterruptedException {
    Outcome outcome = http.sitemaps(fetching(call, robots.url()));
    if (!(outcome instanceof Outcome.Success(JsonNode named))) {
      return outcome;
    }
    LinkRules rules = node.settings.links();
    List<Found> found = new ArrayList<>();
    for (JsonNode each : named) {
      if (rules.urls().normalize(each.asString()) instanceof NormalUrl.Known(HttpUrl url)) {
        found.add(CrawlItem.Sitemap.ofRobots(url, robots.start()).found(rules.scope()));
      }
    }
    call.fleet().found(found, NO_LIMIT);
    return new Outcome.Became();
  }

  /** The call that fetches a URL of this item. */
  private static ServiceCall fetching(ServiceCall call, HttpUrl url) {
    Item item = new Item(call.item().id(), JsonNodeFactory.instance.stringNode(url.toString()));
    return new ServiceCall(
        call.pipelineId(),
        call.node(),
        call.attempt(),
        item,
        call.config(),
        Map.of(),
        call.egress(),
        call.site(),
        call.fleet());
  }

  @Override
  public void close() {
    http.close();
  }
}
