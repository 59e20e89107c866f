package dev.stygian.graph.queue;

/**
 * The cap of a service.
 *
 * @param service canonical name
 * @param maxLeased how many of its tasks may be leased at once
 * @param leased how many are
 */
public record ServiceCap(String service, int maxLeased, long leased) {}
