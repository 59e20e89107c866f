package dev.stygian.services.discover;

import java.util.List;
import java.util.Optional;

/** The kinds of files that name URLs, and what their elements are called. */
enum SitemapKind {
  /** sitemaps.org: pages. */
  URLSET("urlset", "url", "loc"),
  /** sitemaps.org: further sitemaps. */
  SITEMAP_INDEX("sitemapindex", "sitemap", "loc"),
  /** RSS 0.91 to 2.0; an item's {@code guid} where it has no {@code link}. */
  RSS("rss", "item", "link"),
  /** RSS 1.0. */
  RDF("RDF", "item", "link"),
  /** Atom (RFC 4287): the link of an entry that has no {@code rel} or {@code alternate}. */
  ATOM("feed", "entry", "link"),
  /** sitemaps.org: a URL a line, in UTF-8. */
  TEXT("", "", "");

  private final String root;
  private final String entry;
  private final String url;

  SitemapKind(String root, String entry, String url) {
    this.root = root;
    this.entry = entry;
    this.url = url;
  }

  static Optional<SitemapKind> ofRoot(String name) {
    for (SitemapKind kind : values()) {
      if (kind != TEXT && kind.root.equals(name)) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }

  String entry() {
    return entry;
  }

  String url() {
    return url;
  }

  /** The elements with a time, the one to be believed first. */
  List<String> dates() {
    return switch (this) {
      case URLSET, SITEMAP_INDEX -> List.of("lastmod");
      case RSS -> List.of("pubDate", "dc:date");
      case RDF -> List.of("dc:date");
      case ATOM -> List.of("updated", "published", "modified", "issued");
      case TEXT -> List.of();
    };
  }
}
