/**
 * The work queue on Redis and Valkey. Start at {@link dev.stygian.redis.RedisWorkQueue}; what
 * happens inside the server stands in the {@code .lua} files beside this package, one per
 * operation, and {@code complete.lua} is the one to read first. {@code Keys} names every key,
 * {@code TaskBytes} is the binary form of tasks, {@code RedisLink} the only place that talks to a
 * server, which {@code Connections} finds wherever it is. Imports {@code dev.stygian.graph.queue}
 * and what that imports.
 */
@NullMarked
package dev.stygian.redis;

import org.jspecify.annotations.NullMarked;
