package dev.stygian.services.discover;

import dev.stygian.graph.service.Found;
import java.util.Optional;
import okhttp3.HttpUrl;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What an item of a crawl is: where it starts, a page, a sitemap that names pages, or a robots.txt
 * that names sitemaps.
 */
sealed interface CrawlItem {
  String CRAWL = "crawl";
  String URL = "url";
  String DEPTH = "depth";
  String START = "start";
  String SITEMAP = "sitemap";
  String FURTHER = "further";
  String ROBOTS = "robots";

  /** The item's URL as it was given, if it has one. */
  record Start(String url) implements CrawlItem {}

  /**
   * A page that was found.
   *
   * @param depth how many links it is away from the start
   * @param start the page that the crawl began with
   * @param asksRobots whether the sitemaps that its site's robots.txt names are to be read
   */
  record Page(HttpUrl url, int depth, HttpUrl start, boolean asksRobots) implements CrawlItem {
    /** A page that a crawl begins with. */
    static Page start(HttpUrl url, boolean asksRobots) {
      return new Page(url, 0, url, asksRobots);
    }

    /** Whether how far the crawl goes is counted from here. */
    boolean isStart() {
      return depth == 0 && start.equals(url);
    }

    /** To be found where nobody linked it. */
    Found found() {
      return new Found(url.toString(), input());
    }

    /** To be found by a link of that page. */
    Found foundOn(HttpUrl from) {
      ObjectNode input = input();
      ((ObjectNode) input.path(CRAWL)).put("from", from.toString());
      return new Found(url.toString(), input);
    }

    /** {@code url} is what {@code http} fetches. */
    private ObjectNode input() {
      ObjectNode input = JsonNodeFactory.instance.objectNode();
      input.put(URL, url.toString());
      ObjectNode crawl = input.putObject(CRAWL);
      crawl.put(DEPTH, depth);
      crawl.put(START, start.toString());
      if (asksRobots) {
        crawl.put(ROBOTS, true);
      }
      return input;
    }
  }

  /**
   * A robots.txt, of which the sitemaps count.
   *
   * @param start the page that the crawl began with, whose site's it is
   */
  record Robots(HttpUrl url, HttpUrl start) implements CrawlItem {
    /** That of a page's site. */
    static Robots of(HttpUrl start) {
      return new Robots(
          start.newBuilder().encodedPath("/robots.txt").query(null).fragment(null).build(), start);
    }

    /** Once for all starts from which a crawl goes equally far. */
    Found found(Scope scope) {
      ObjectNode input = JsonNodeFactory.instance.objectNode();
      input.put(URL, url.toString());
      input.putObject(CRAWL).put(ROBOTS, start.toString());
      return new Found("robots " + url + " for " + scope.reach(start), input);
    }
  }

  /**
   * A sitemap or feed.
   *
   * @param depth how many indexes stand above it
   * @param further how many sitemaps may come of it, if it is an index
   * @param within the start whose scope its pages must lie in, where a robots.txt led here; empty
   *     where an item did: then each of its pages is a start
   */
  record Sitemap(HttpUrl url, int depth, int further, Optional<HttpUrl> within)
      implements CrawlItem {
    /**
     * How many sitemaps come of one that an item or a robots.txt names: as many as the protocol
     * lets an index have, which names no further ones there.
     */
    static final int MOST = 50_000;

    /** One that an item names. */
    static Sitemap given(HttpUrl url) {
      return new Sitemap(url, 0, MOST, Optional.empty());
    }

    /** One that the robots.txt of the start's site names. */
    static Sitemap ofRobots(HttpUrl url, HttpUrl start) {
      return new Sitemap(url, 0, MOST, Optional.of(start));
    }

    /** One that this one names, as an index. */
    Sitemap next(HttpUrl named, int itsFurther) {
      return new Sitemap(named, depth + 1, itsFurther, within);
    }

    /** Once, or once for all starts from which a crawl goes equally far: it is read for these. */
    Found found(Scope scope) {
      ObjectNode input = JsonNodeFactory.instance.objectNode();
      input.put(URL, url.toString());
      ObjectNode crawl = input.putObject(CRAWL);
      crawl.put(SITEMAP, depth);
      if (further != MOST) {
        crawl.put(FURTHER, further);
      }
      within.ifPresent(start -> crawl.put(START, start.toString()));
      String whose = within.map(start -> " for " + scope.reach(start)).orElse("");
      return new Found("sitemap " + url + whose, input);
    }
  }

  /**
   * Reads an item.
   *
   * @return empty where it has no URL
   */
  static Optional<CrawlItem> of(JsonNode input, UrlNormalizer urls) {
    JsonNode crawl = input.path(CRAWL);
    JsonNode given = input.isObject() ? input.path(URL) : input;
    if (input.path(SITEMAP).isString()) {
      return known(input.path(SITEMAP).asString(), urls).map(Sitemap::given);
    }
    if (!given.isString()) {
      return Optional.empty();
    }
    Optional<HttpUrl> start = parsed(crawl.path(START).asString(""));
    if (crawl.has(SITEMAP)) {
      int depth = crawl.path(SITEMAP).asInt();
      int further = crawl.path(FURTHER).asInt(Sitemap.MOST);
      return known(given.asString(), urls).map(url -> new Sitemap(url, depth, further, start));
    }
    Optional<HttpUrl> url = parsed(given.asString());
    if (crawl.has(DEPTH)) {
      int depth = crawl.path(DEPTH).asInt();
      boolean asksRobots = crawl.path(ROBOTS).asBoolean(false);
      return url.flatMap(u -> start.map(s -> new Page(u, depth, s, asksRobots)));
    }
    if (crawl.path(ROBOTS).isString()) {
      Optional<HttpUrl> of = parsed(crawl.path(ROBOTS).asString());
      return url.flatMap(u -> of.map(s -> new Robots(u, s)));
    }
    return Optional.of(new Start(given.asString()));
  }

  private static Optional<HttpUrl> parsed(String text) {
    return Optional.ofNullable(HttpUrl.parse(text));
  }

  private static Optional<HttpUrl> known(String text, UrlNormalizer urls) {
    return urls.normalize(text) instanceof NormalUrl.Known(HttpUrl url)
        ? Optional.of(url)
        : Optional.empty();
  }
}
