package dev.stygian.services.discover;

import dev.stygian.graph.settings.Config;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The config of a {@code crawl} node, read once for all of its calls.
 *
 * @param maxPages 0: any number
 * @param asksRobots whether the sitemaps that the robots.txt of a start's site names are read
 */
record CrawlSettings(LinkRules links, LinkSources sources, long maxPages, boolean asksRobots) {
  static CrawlSettings of(Config config) {
    UrlNormalizer usual = UrlNormalizer.defaults();
    UrlNormalizer urls =
        new UrlNormalizer(
            usual.dropped().and(ParameterNames.of(config.texts(CrawlSchema.DROP_PARAMETERS))),
            usual.dropSessionIds(),
            config.flag(CrawlSchema.SORT_PARAMETERS),
            usual.maxChars());
    LinkSources sources = LinkSources.defaults();
    return new CrawlSettings(
        new LinkRules(
            Scope.valueOf(config.requiredText(CrawlSchema.SCOPE).toUpperCase(Locale.ROOT)),
            patterns(config, CrawlSchema.ALLOW),
            patterns(config, CrawlSchema.DENY),
            extensions(config),
            (int) config.whole(CrawlSchema.MAX_DEPTH),
            urls),
        new LinkSources(
            sources.next(),
            sources.frames(),
            config.flag(CrawlSchema.OBEY_NOFOLLOW),
            sources.maxLinks()),
        config.whole(CrawlSchema.MAX_PAGES),
        config.requiredText(CrawlSchema.SITEMAPS).equals(CrawlSchema.OF_ROBOTS));
  }

  private static Set<String> extensions(Config config) {
    return config.json(CrawlSchema.SKIP_EXTENSIONS).isEmpty()
        ? LinkRules.NO_PAGES
        : config.texts(CrawlSchema.SKIP_EXTENSIONS).stream()
            .map(extension -> extension.toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());
  }

  /** What does not compile was reported when the pipeline was checked. */
  private static UrlPatterns patterns(Config config, String key) {
    List<String> texts = config.texts(key);
    return texts.isEmpty()
        ? UrlPatterns.NONE
        : UrlPatterns.compile(key, texts, (path, message) -> {});
  }
}
