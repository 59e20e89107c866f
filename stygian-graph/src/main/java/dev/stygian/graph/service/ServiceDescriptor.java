package dev.stygian.graph.service;

import dev.stygian.graph.settings.ConfigSchema;
import java.util.List;

/**
 * What {@code stygian services} and the pipeline parser know of a service before it runs.
 *
 * @param name the canonical name, as in {@code service = "http"}
 * @param aliases other names that a file may use
 * @param summary one sentence
 */
public record ServiceDescriptor(
    String name, List<String> aliases, String summary, ConfigSchema config) {
  public ServiceDescriptor {
    aliases = List.copyOf(aliases);
  }
}
