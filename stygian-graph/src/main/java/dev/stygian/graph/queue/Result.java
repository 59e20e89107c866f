package dev.stygian.graph.queue;

import dev.stygian.graph.item.Payload;

/** The output of a last node for an item: one line of the user's output. */
public record Result(
    RunId run,
    String item,
    Payload input,
    String node,
    Payload output,
    int attempts,
    IdempotencyKey key) {}
