/**
 * What a crawl needs to know of URLs, without a queue and without a connection: one form for each
 * URL ({@code UrlNormalizer}), which links are followed ({@code LinkRules}) and which are traps
 * ({@code TrapGuard}), the links of a page ({@code PageLinks}), and the entries of sitemaps and
 * feeds ({@code SitemapReader}). Start at {@code LinkRules}; {@code docs/urls.md} says the same for
 * users. Imports {@code services.extract} (a bound for regular expressions), {@code
 * services.robots} (the form of percent-encoded text), {@code graph.settings}.
 */
@NullMarked
package dev.stygian.services.discover;

import org.jspecify.annotations.NullMarked;
