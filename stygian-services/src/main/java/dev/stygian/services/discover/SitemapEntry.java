package dev.stygian.services.discover;

import java.time.Instant;
import java.util.Optional;

/** What a sitemap or feed names. */
sealed interface SitemapEntry {
  /** Absolute unless it is no http or https URL; not normalised. */
  String url();

  /** When it last changed, as far as the file says so and it can be read. */
  Optional<Instant> lastModified();

  /** A page. */
  record Page(String url, Optional<Instant> lastModified) implements SitemapEntry {}

  /** A further sitemap, named by an index. */
  record Sitemap(String url, Optional<Instant> lastModified) implements SitemapEntry {}
}
