package dev.stygian.services.discover;

import java.util.Optional;

/**
 * What became of a sitemap or feed.
 *
 * @param kind empty where it is none
 * @param entries handed on
 * @param skipped entries without a URL, and sitemaps of an index that stands too deep
 * @param fault why it was not read to its end; what stands before was handed on
 * @param isTooLong whether the fault is that it is longer than a bound, as one is that unpacks to
 *     gigabytes
 */
record SitemapSummary(
    Optional<SitemapKind> kind,
    long entries,
    long skipped,
    Optional<String> fault,
    boolean isTooLong) {}
