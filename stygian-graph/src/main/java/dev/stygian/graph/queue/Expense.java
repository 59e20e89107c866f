package dev.stygian.graph.queue;

import dev.stygian.graph.item.Spending;

/** What executions of a node used up outside, beside their {@link Visit visits} to hosts. */
public record Expense(RunId run, String node, Spending spending) {}
