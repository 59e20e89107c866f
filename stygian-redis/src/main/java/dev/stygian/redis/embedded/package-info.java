/**
 * Starts a private, real Redis-compatible server: for {@code queue = "embedded"}, tests and
 * benchmarks. Start at {@link dev.stygian.redis.embedded.EmbeddedRedis}. Imports {@code
 * dev.stygian.graph.error}.
 */
@NullMarked
package dev.stygian.redis.embedded;

import org.jspecify.annotations.NullMarked;
