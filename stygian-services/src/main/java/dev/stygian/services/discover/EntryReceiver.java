package dev.stygian.services.discover;

import java.time.Instant;
import java.util.Optional;
import okhttp3.HttpUrl;

/** Makes entries of what stands in one sitemap, hands them on and counts them. */
final class EntryReceiver {
  private final HttpUrl location;
  private final boolean takesSitemaps;
  private final EntrySink sink;
  private long entries;
  private long skipped;

  /**
   * A receiver.
   *
   * @param location of the sitemap, where relative URLs start
   * @param takesSitemaps whether those that an index names are handed on
   */
  EntryReceiver(HttpUrl location, boolean takesSitemaps, EntrySink sink) {
    this.location = location;
    this.takesSitemaps = takesSitemaps;
    this.sink = sink;
  }

  void take(String url, String date, boolean isSitemap) throws InterruptedException {
    if (url.isBlank() || (isSitemap && !takesSitemaps)) {
      skipped++;
      return;
    }
    String resolved = LinkText.resolve(location, url);
    Optional<Instant> lastModified = EntryDate.parse(date);
    sink.take(
        isSitemap
            ? new SitemapEntry.Sitemap(resolved, lastModified)
            : new SitemapEntry.Page(resolved, lastModified));
    entries++;
  }

  /** A line of text: blank, a URL, or anything else, which is skipped. */
  void takeLine(String line) throws InterruptedException {
    String url = line.strip();
    if (url.regionMatches(true, 0, "http://", 0, 7)
        || url.regionMatches(true, 0, "https://", 0, 8)) {
      take(url, "", false);
    } else if (!url.isEmpty()) {
      skipped++;
    }
  }

  boolean isEmpty() {
    return entries == 0;
  }

  SitemapSummary summary(Optional<SitemapKind> kind, Optional<String> fault, boolean isTooLong) {
    return new SitemapSummary(kind, entries, skipped, fault, isTooLong);
  }
}
