package dev.stygian.services.discover;

import dev.stygian.graph.service.Found;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ServiceCall;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import okhttp3.HttpUrl;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;
import tools.jackson.databind.JsonNode;

/**
 * Puts what one sitemap of a crawl names into the run: pages as they are read, and the further
 * sitemaps of an index at its end. For one execution.
 */
final class SitemapFindings {
  private static final Logger LOG = LoggerFactory.getLogger(CrawlService.class);

  private final ServiceCall call;
  private final CrawlSettings settings;
  private final CrawlItem.Sitemap sitemap;
  private final List<Found> pages = new ArrayList<>();

  /** Kept until it is known how many share what is left of the number that may be followed. */
  private final Set<String> further = new LinkedHashSet<>();

  private boolean namesTooMany;

  SitemapFindings(ServiceCall call, CrawlSettings settings, CrawlItem.Sitemap sitemap) {
    this.call = call;
    this.settings = settings;
    this.sitemap = sitemap;
  }

  /**
   * Reads the sitemap that was fetched.
   *
   * @param output of {@code http}
   * @param url where it came from, after redirects
   */
  Outcome take(JsonNode output, HttpUrl url) throws InterruptedException {
    SitemapSummary summary = read(output, url);
    Outcome outcome = end(summary, url);
    putPages();
    putFurther(url);
    return outcome;
  }

  private SitemapSummary read(JsonNode output, HttpUrl url) throws InterruptedException {
    SitemapReader reader = SitemapReader.defaults();
    if (output.has("body")) {
      return reader.readText(url, sitemap.depth(), output.path("body").asString(), this::add);
    }
    byte[] file = Base64.getDecoder().decode(output.path("body_base64").asString(""));
    return reader.read(url, sitemap.depth(), new ByteArrayInputStream(file), this::add);
  }

  private Outcome end(SitemapSummary summary, HttpUrl url) {
    String fault = summary.fault().orElse("");
    if (summary.isTooLong()) {
      return Outcome.permanent(
          "the sitemap " + url + " is not read on, since " + fault + taken(summary));
    }
    if (summary.kind().isEmpty()) {
      return noSitemap(fault);
    }
    if (!fault.isEmpty() && summary.entries() == 0) {
      return Outcome.permanent("the sitemap " + url + " cannot be read: " + fault);
    }
    if (!fault.isEmpty()) {
      warning(url)
          .addKeyValue("entries", summary.entries())
          .addKeyValue("fault", fault)
          .log("A sitemap cannot be read to its end; what stands before is fetched");
    }
    return new Outcome.Became();
  }

  private static String taken(SitemapSummary summary) {
    return summary.entries() == 0
        ? ""
        : "; what its first " + summary.entries() + " entries name is fetched";
  }

  /** What was taken for a sitemap by its name is a page; but not what a robots.txt led to. */
  private Outcome noSitemap(String fault) {
    if (sitemap.within().isPresent()) {
      return Outcome.permanent("robots.txt led to " + sitemap.url() + " as a sitemap: " + fault);
    }
    boolean isGiven = sitemap.depth() == 0;
    LinkRules rules = settings.links();
    if (isGiven || rules.judgeNamed(sitemap.url().toString()) instanceof LinkVerdict.Follow) {
      pages.add(CrawlItem.Page.start(sitemap.url(), false).found());
    }
    return new Outcome.Became();
  }

  private void add(SitemapEntry entry) throws InterruptedException {
    switch (entry) {
      case SitemapEntry.Page page -> addPage(page.url());
      case SitemapEntry.Sitemap named -> { // no page, so what is said of pages means nothing
        if (settings.links().urls().normalize(named.url())
            instanceof NormalUrl.Known(HttpUrl url)) {
          if (further.size() < sitemap.further()) {
            further.add(url.toString());
          } else {
            namesTooMany |= !further.contains(url.toString());
          }
        }
      }
    }
  }

  private void addPage(String named) throws InterruptedException {
    LinkRules rules = settings.links();
    LinkVerdict verdict =
        sitemap.within().isPresent()
            ? rules.judgeNamedWithin(sitemap.within().get(), named)
            : rules.judgeNamed(named);
    if (verdict instanceof LinkVerdict.Follow(HttpUrl url)) {
      HttpUrl start = sitemap.within().orElse(url);
      pages.add(new CrawlItem.Page(url, 0, start, false).found());
      if (pages.size() == CrawlService.MOST_AT_ONCE) {
        putPages();
      }
    }
  }

  private void putPages() throws InterruptedException {
    if (!pages.isEmpty()) {
      call.fleet().found(List.copyOf(pages), settings.maxPages());
      pages.clear();
    }
  }

  /** The sitemaps of an index share what is left of the number that may come of it. */
  private void putFurther(HttpUrl url) throws InterruptedException {
    if (namesTooMany) {
      warning(url)
          .addKeyValue("followed", further.size())
          .log("A sitemap index names more sitemaps than are followed; the rest is left out");
    }
    if (further.isEmpty()) {
      return;
    }
    int share = (sitemap.further() - further.size()) / further.size();
    List<Found> found = new ArrayList<>(CrawlService.MOST_AT_ONCE);
    for (String named : further) {
      found.add(sitemap.next(HttpUrl.get(named), share).found(settings.links().scope()));
      if (found.size() == CrawlService.MOST_AT_ONCE) {
        call.fleet().found(List.copyOf(found), CrawlService.NO_LIMIT);
        found.clear();
      }
    }
    call.fleet().found(found, CrawlService.NO_LIMIT);
  }

  private LoggingEventBuilder warning(HttpUrl url) {
    return LOG.atWarn()
        .addKeyValue("pipeline", call.pipelineId())
        .addKeyValue("node", call.node())
        .addKeyValue("sitemap", UrlNormalizer.authority(url) + url.encodedPath());
  }
}
