package dev.stygian.services.discover;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import okhttp3.HttpUrl;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.parser.Parser;
import org.jsoup.select.NodeFilter;

/**
 * The links of an HTML page, in the page's order and each once. Relative ones start at the page's
 * {@code <base href>}, else at its URL; fragments are cut off. What is no http or https URL is
 * there as it stands, so that {@link LinkRules} can count it.
 *
 * <p>The page is read by jsoup, as browsers read it: a scan over the tags alone would find links in
 * scripts, comments and text areas. {@code extract}'s scan reads one attribute of each match, and a
 * link needs two ({@code href} and {@code rel}).
 *
 * @param urls absolute
 * @param nofollow whether the page's {@code meta} keeps all its links from being followed; then
 *     there are none
 * @param cut whether the page has more than {@link LinkSources#maxLinks}
 */
record PageLinks(List<String> urls, boolean nofollow, boolean cut) {
  /** Deeper elements become siblings, as in browsers. */
  private static final int MAX_DEPTH = 512;

  PageLinks {
    urls = List.copyOf(urls);
  }

  static PageLinks of(String html, HttpUrl url, LinkSources sources) {
    Document page = Parser.htmlParser().setMaxDepth(MAX_DEPTH).parseInput(html, "");
    if (sources.obeyNofollow() && hasNofollow(page)) {
      return new PageLinks(List.of(), true, false);
    }
    Collector links = new Collector(base(page, url), sources);
    page.filter(links);
    return new PageLinks(List.copyOf(links.urls), false, links.cut);
  }

  /** The first that has an {@code href}; the page's URL where that is no http or https URL. */
  private static HttpUrl base(Document page, HttpUrl url) {
    Element base = page.selectFirst("base[href]");
    HttpUrl moved = base == null ? null : url.resolve(LinkText.clean(base.attr("href")));
    return moved == null ? url : moved;
  }

  private static boolean hasNofollow(Document page) {
    return page.select("meta[name][content]").stream()
        .filter(meta -> meta.attr("name").strip().equalsIgnoreCase("robots"))
        .flatMap(meta -> List.of(meta.attr("content").split("[,\\s]+")).stream())
        .anyMatch(word -> word.equalsIgnoreCase("nofollow") || word.equalsIgnoreCase("none"));
  }

  /** Walks a page until it has enough. For one page. */
  private static final class Collector implements NodeFilter {
    private final HttpUrl base;
    private final LinkSources sources;
    private final Set<String> urls = new LinkedHashSet<>();
    private boolean cut;

    Collector(HttpUrl base, LinkSources sources) {
      this.base = base;
      this.sources = sources;
    }

    @Override
    public FilterResult head(Node node, int depth) {
      if (node instanceof Element element) {
        Optional<String> url = link(element).map(link -> LinkText.resolve(base, link));
        if (url.isPresent() && !urls.contains(url.get())) {
          if (urls.size() == sources.maxLinks()) {
            cut = true;
            return FilterResult.STOP;
          }
          urls.add(url.get());
        }
      }
      return FilterResult.CONTINUE;
    }

    private Optional<String> link(Element element) {
      String name = element.normalName();
      String attribute =
          switch (name) {
            case "a", "area" -> "href";
            case "link" -> sources.next() && hasRel(element, "next") ? "href" : "";
            case "iframe", "frame" -> sources.frames() ? "src" : "";
            default -> "";
          };
      if (attribute.isEmpty() || !element.hasAttr(attribute)) {
        return Optional.empty();
      }
      return sources.obeyNofollow() && hasRel(element, "nofollow")
          ? Optional.empty()
          : Optional.of(element.attr(attribute));
    }

    private static boolean hasRel(Element element, String word) {
      return List.of(element.attr("rel").toLowerCase(Locale.ROOT).split("\\s+")).contains(word);
    }
  }
}
