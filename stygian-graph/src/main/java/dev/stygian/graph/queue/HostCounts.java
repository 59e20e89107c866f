package dev.stygian.graph.queue;

import java.time.Duration;
import java.util.Optional;

/**
 * What a run did to a host.
 *
 * @param smallestGap between two starts, as they were sent, other runs' starts included; empty
 *     before the second
 * @param mostAtOnce tasks that were leased at once, other runs' included
 * @param waits how often its tasks had to wait for the host
 */
public record HostCounts(
    String host,
    long requests,
    long bytes,
    long failures,
    long tooMany,
    Optional<Duration> smallestGap,
    long mostAtOnce,
    long waits) {}
