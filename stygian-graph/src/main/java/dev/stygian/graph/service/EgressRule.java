package dev.stygian.graph.service;

import java.util.Set;

/**
 * Which addresses a service may dial. What is not globally routable is refused after name
 * resolution, on every connection, unless the rule allows it.
 *
 * @param allowPrivate whether every address may be dialled
 * @param allowed {@code host:port} pairs that may be dialled whatever their address (the server of
 *     {@code [input] serve})
 */
public record EgressRule(boolean allowPrivate, Set<String> allowed) {
  public EgressRule {
    allowed = Set.copyOf(allowed);
  }

  /** Only globally routable addresses. */
  public static EgressRule publicOnly() {
    return new EgressRule(false, Set.of());
  }
}
