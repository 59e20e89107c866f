package dev.stygian.graph.pipeline;

/** The output of node {@code from} is an input of node {@code to}. */
public record Edge(String from, String to) {}
