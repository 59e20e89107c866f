package dev.stygian.graph.queue;

import dev.stygian.graph.item.Payload;

/**
 * The unit of work in the queue.
 *
 * @param service canonical name; only workers that offer it get the task
 * @param key what makes a repeat return the stored result
 * @param input the item's input, which every node of the item sees
 */
public record Task(TaskId id, String service, IdempotencyKey key, Payload input) {}
