package dev.stygian.graph.service;

import tools.jackson.databind.JsonNode;

/**
 * An item that an execution found, such as a page that a link leads to.
 *
 * @param identity tells it from others: of the same one, only the first becomes an item of the run
 * @param input as it would stand in an input
 */
public record Found(String identity, JsonNode input) {}
