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
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.Base64;
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
  private static final int MOST_AT_ONCE = 500;
  private static final long NO_LIMIT = 0;
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
          call.fleet().found(List.of(sitemap(url, 0)), NO_LIMIT);
        } else {
          call.fleet().found(List.of(startPage(url)), limit(node));
        }
        yield new Outcome.Became();
      }
    };
  }

  private static long limit(Node node) {
    return node.settings.maxPages();
  }

  private static Found startPage(HttpUrl url) {
    return page(new CrawlItem.Page(url, 0, url), Optional.empty());
  }

  private static Found page(CrawlItem.Page page, Optional<HttpUrl> from) {
    return new Found(page.url().toString(), page.input(from));
  }

  private static Found sitemap(HttpUrl url, int depth) {
    return new Found("sitemap " + url, new CrawlItem.Sitemap(url, depth).input());
  }

  private Outcome page(ServiceCall call, Node node, CrawlItem.Page page)
      throws InterruptedException {
    Outcome outcome = http.execute(fetching(call, page.url()));
    if (outcome instanceof Outcome.Success(JsonNode output) && isPage(output)) {
      HttpUrl url = finalUrl(output, page.url());
      HttpUrl start = page.depth() == 0 ? url : page.start();
      PageLinks links =
          PageLinks.of(output.path("body").asString(""), url, node.settings.sources());
      List<Found> found = new ArrayList<>();
      for (String link : links.urls()) {
        if (node.settings.links().judge(link, start, page.depth() + 1)
                instanceof LinkVerdict.Follow(HttpUrl target)
            && !isTrap(call, node, target)) {
          found.add(page(new CrawlItem.Page(target, page.depth() + 1, start), Optional.of(url)));
        }
      }
      if (!found.isEmpty()) {
        call.fleet().found(found, limit(node));
      }
    }
    return outcome;
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
    if (!(outcome instanceof Outcome.Success(JsonNode output))) {
      return outcome;
    }
    HttpUrl url = finalUrl(output, sitemap.url());
    List<Found> found = new ArrayList<>();
    SitemapSummary summary =
        read(output, url, sitemap.depth(), entry -> add(entry, sitemap, call, node, found));
    if (summary.kind().isEmpty()) {
      found.add(startPage(sitemap.url())); // a page whose name looked like a sitemap's
    }
    call.fleet().found(found, limit(node));
    if (summary.kind().isEmpty() || summary.fault().isEmpty()) {
      return new Outcome.Became();
    }
    String fault = summary.fault().get();
    if (summary.entries() == 0) {
      return Outcome.permanent("the sitemap " + url + " cannot be read: " + fault);
    }
    LOG.atWarn()
        .addKeyValue("pipeline", call.pipelineId())
        .addKeyValue("node", call.node())
        .addKeyValue("sitemap", UrlNormalizer.authority(url) + url.encodedPath())
        .addKeyValue("entries", summary.entries())
        .addKeyValue("fault", fault)
        .log("A sitemap cannot be read to its end; what stands before is fetched");
    return new Outcome.Became();
  }

  private static void add(
      SitemapEntry entry, CrawlItem.Sitemap sitemap, ServiceCall call, Node node, List<Found> found)
      throws InterruptedException {
    LinkRules rules = node.settings.links();
    switch (entry) {
      case SitemapEntry.Page page -> {
        if (rules.judgeNamed(page.url()) instanceof LinkVerdict.Follow(HttpUrl url)) {
          found.add(startPage(url));
        }
      }
      case SitemapEntry.Sitemap further -> { // no page, so what is said of pages means nothing
        if (rules.urls().normalize(further.url()) instanceof NormalUrl.Known(HttpUrl url)) {
          call.fleet().found(List.of(sitemap(url, sitemap.depth() + 1)), NO_LIMIT);
        }
      }
    }
    if (found.size() == MOST_AT_ONCE) {
      call.fleet().found(found, limit(node));
      found.clear();
    }
  }

  private static SitemapSummary read(JsonNode output, HttpUrl url, int depth, EntrySink sink)
      throws InterruptedException {
    SitemapReader reader = SitemapReader.defaults();
    if (output.has("body")) {
      return reader.readText(url, depth, output.path("body").asString(), sink);
    }
    byte[] file = Base64.getDecoder().decode(output.path("body_base64").asString(""));
    return reader.read(url, depth, new ByteArrayInputStream(file), sink);
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
