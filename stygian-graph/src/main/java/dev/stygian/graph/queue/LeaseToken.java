package dev.stygian.graph.queue;

/**
 * The fence of a lease. Leases of one hand-out share the number; the index tells the task in it. A
 * number is never used twice.
 */
public record LeaseToken(long lease, int index) {}
