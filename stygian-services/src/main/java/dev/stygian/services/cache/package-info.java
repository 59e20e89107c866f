/**
 * What an HTTP cache that several share may store and use again (RFC 9111), without a connection
 * and without a place to store. Start at {@code StoredHead}; {@code services.http} asks sites and
 * keeps what they answer. Imports {@code graph.item}, {@code graph.error}.
 */
@NullMarked
package dev.stygian.services.cache;

import org.jspecify.annotations.NullMarked;
