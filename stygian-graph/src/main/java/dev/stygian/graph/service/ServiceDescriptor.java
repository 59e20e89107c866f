package dev.stygian.graph.service;

import dev.stygian.graph.settings.ConfigSchema;
import java.util.List;

/**
 * What {@code stygian services} and the pipeline parser know of a service before it runs.
 *
 * @param name the canonical name, as in {@code service = "http"}
 * @param aliases other names that a file may use
 * @param summary one sentence
 * @param computes whether it only computes, in milliseconds, and waits for nothing outside the
 *     process; such nodes are executed where their predecessors' outputs are in memory, one after
 *     the other, also behind a branch and where branches join
 */
public record ServiceDescriptor(
    String name, List<String> aliases, String summary, ConfigSchema config, boolean computes) {
  public ServiceDescriptor {
    aliases = List.copyOf(aliases);
  }

  /** A service that may wait: a branch to several nodes of it is executed at once, as tasks. */
  public ServiceDescriptor(String name, List<String> aliases, String summary, ConfigSchema config) {
    this(name, aliases, summary, config, false);
  }
}
