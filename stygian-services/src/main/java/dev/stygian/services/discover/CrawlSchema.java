package dev.stygian.services.discover;

import dev.stygian.graph.settings.ConfigKey;
import dev.stygian.graph.settings.ConfigSchema;
import dev.stygian.graph.settings.ConfigSchema.Report;
import dev.stygian.graph.settings.ValueType;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** The config of {@code crawl}: its own keys, then all of those of {@code http}. */
final class CrawlSchema {
  static final String SCOPE = "scope";
  static final String ALLOW = "allow";
  static final String DENY = "deny";
  static final String MAX_DEPTH = "max_depth";
  static final String MAX_PAGES = "max_pages";
  static final String OBEY_NOFOLLOW = "obey_nofollow";
  static final String SKIP_EXTENSIONS = "skip_extensions";
  static final String DROP_PARAMETERS = "drop_parameters";
  static final String SORT_PARAMETERS = "sort_parameters";
  static final String SITEMAPS = "sitemaps";
  static final String OF_ROBOTS = "robots";

  private static final ValueType TEXTS = new ValueType.ListOf(new ValueType.Text());

  private CrawlSchema() {}

  /** The schema, where {@code http} is that of the service that fetches. */
  static ConfigSchema of(ConfigSchema http) {
    ConfigSchema own =
        ConfigSchema.builder()
            .withDefault(
                SCOPE,
                new ValueType.Choice(List.of("host", "domain", "prefix")),
                "host",
                "how far from its start a crawl goes")
            .optional(
                ALLOW,
                TEXTS,
                "regular expressions; a link or a sitemap's page must match one of them")
            .optional(
                DENY,
                TEXTS,
                "regular expressions; a link or a sitemap's page must match none of them")
            .withDefault(
                MAX_DEPTH,
                new ValueType.Whole(0, 1_000_000),
                LinkRules.MAX_DEPTH,
                "how many links away from the start a page may be; 0: only the start")
            .withDefault(
                MAX_PAGES,
                new ValueType.Whole(0, 1_000_000_000),
                0,
                "how many URLs a run takes up at most; 0: any number")
            .withDefault(
                SITEMAPS,
                new ValueType.Choice(List.of("none", OF_ROBOTS)),
                "none",
                "which sitemaps are read besides those that are items; robots: those that the"
                    + " robots.txt of a start's site names")
            .withDefault(
                OBEY_NOFOLLOW,
                new ValueType.Flag(),
                true,
                "whether rel=nofollow and the robots meta element are obeyed")
            .optional(
                SKIP_EXTENSIONS,
                TEXTS,
                "file extensions of what is no page, without the dot; default: a list")
            .optional(
                DROP_PARAMETERS,
                TEXTS,
                "query parameters that say nothing of the page, besides the known ones; a * at the"
                    + " end stands for any rest")
            .withDefault(
                SORT_PARAMETERS,
                new ValueType.Flag(),
                false,
                "whether query parameters are sorted by name")
            .build();
    List<ConfigKey> keys = new ArrayList<>(own.keys());
    keys.addAll(http.keys());
    return new ConfigSchema(
        keys,
        (table, report) -> {
          check(table, report);
          http.check().check(table, report);
        });
  }

  private static void check(JsonNode table, Report report) {
    for (String key : List.of(ALLOW, DENY)) {
      UrlPatterns _ = UrlPatterns.compile(key, texts(table.path(key)), report);
    }
  }

  private static List<String> texts(JsonNode list) {
    return list.valueStream().map(JsonNode::asString).toList();
  }
}
