package dev.stygian.services.discover;

import java.util.Optional;
import okhttp3.HttpUrl;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What an item of a crawl is: where it starts, a page, or a sitemap that names pages. */
sealed interface CrawlItem {
  String CRAWL = "crawl";

  /** The item's URL as it was given, if it has one. */
  record Start(String url) implements CrawlItem {}

  /**
   * A page that was found.
   *
   * @param depth how many links it is away from the start
   * @param start the page that the crawl began with
   */
  record Page(HttpUrl url, int depth, HttpUrl start) implements CrawlItem {
    /** Its input; {@code url} is what {@code http} fetches. */
    JsonNode input(Optional<HttpUrl> from) {
      ObjectNode input = JsonNodeFactory.instance.objectNode();
      input.put("url", url.toString());
      ObjectNode crawl = input.putObject(CRAWL);
      crawl.put("depth", depth);
      crawl.put("start", start.toString());
      from.ifPresent(page -> crawl.put("from", page.toString()));
      return input;
    }
  }

  /**
   * A sitemap or feed.
   *
   * @param depth how many indexes stand above it
   */
  record Sitemap(HttpUrl url, int depth) implements CrawlItem {
    JsonNode input() {
      ObjectNode input = JsonNodeFactory.instance.objectNode();
      input.put("url", url.toString());
      input.putObject(CRAWL).put("sitemap", depth);
      return input;
    }
  }

  /**
   * Reads an item.
   *
   * @return empty where it has no URL
   */
  static Optional<CrawlItem> of(JsonNode input, UrlNormalizer urls) {
    JsonNode crawl = input.path(CRAWL);
    JsonNode given = input.isObject() ? input.path("url") : input;
    if (input.path("sitemap").isString()) {
      return known(input.path("sitemap").asString(), urls).map(url -> new Sitemap(url, 0));
    }
    if (!given.isString()) {
      return Optional.empty();
    }
    if (crawl.has("sitemap")) {
      return known(given.asString(), urls)
          .map(url -> new Sitemap(url, crawl.path("sitemap").asInt()));
    }
    if (crawl.has("depth")) {
      HttpUrl url = HttpUrl.parse(given.asString());
      HttpUrl start = HttpUrl.parse(crawl.path("start").asString());
      return url == null || start == null
          ? Optional.empty()
          : Optional.of(new Page(url, crawl.path("depth").asInt(), start));
    }
    return Optional.of(new Start(given.asString()));
  }

  private static Optional<HttpUrl> known(String text, UrlNormalizer urls) {
    return urls.normalize(text) instanceof NormalUrl.Known(HttpUrl url)
        ? Optional.of(url)
        : Optional.empty();
  }
}
