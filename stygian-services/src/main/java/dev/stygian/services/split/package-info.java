/**
 * The service {@code split}, which makes items of the elements of a list, of the lines of a text or
 * of the entries of a sitemap. Start at {@code SplitService}; {@code docs/services/split.md} is its
 * reference. Imports {@code services.discover} (sitemaps), {@code graph.service} and what that
 * imports.
 */
@NullMarked
package dev.stygian.services.split;

import org.jspecify.annotations.NullMarked;
