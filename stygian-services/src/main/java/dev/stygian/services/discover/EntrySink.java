package dev.stygian.services.discover;

/** Takes the entries of a sitemap as they are read. */
@FunctionalInterface
interface EntrySink {
  void take(SitemapEntry entry) throws InterruptedException;
}
