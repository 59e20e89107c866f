package dev.stygian.graph.queue;

/**
 * A successor to be released.
 *
 * @param predecessors how many releases it waits for; 1: it is ready now
 */
public record Release(Task task, int predecessors) {}
