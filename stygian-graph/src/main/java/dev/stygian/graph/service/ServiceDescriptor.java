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
    String name,
    List<String> aliases,
    String summary,
    ConfigSchema config,
    Work work,
    Finds finds) {
  public ServiceDescriptor {
    aliases = List.copyOf(aliases);
  }

  /** A service that may wait: a branch to several nodes of it is executed at once, as tasks. */
  public ServiceDescriptor(String name, List<String> aliases, String summary, ConfigSchema config) {
    this(name, aliases, summary, config, Work.WAITS);
  }

  /** A service that finds no items. */
  public ServiceDescriptor(
      String name, List<String> aliases, String summary, ConfigSchema config, Work work) {
    this(name, aliases, summary, config, work, Finds.NOTHING);
  }

  /** Where the items begin that its executions find. */
  public enum Finds {
    NOTHING,

    /** At the same node, as pages that links lead to. */
    MORE_OF_ITS_OWN,

    /**
     * At the nodes behind it: it splits its item into others, and what it {@link Fleet#emit emits}
     * is its output for each of them. Such an execution ends as {@link Outcome.Became}.
     */
    FOR_ITS_SUCCESSORS
  }

  /** What its executions spend their time on. */
  public enum Work {
    /**
     * Only computes, in milliseconds, and waits for nothing outside the process; such nodes are
     * executed where their predecessors' outputs are in memory, one after the other, also behind a
     * branch and where branches join.
     */
    COMPUTES,

    /** Waits for something outside. */
    WAITS,

    /** Waits for a host that {@link ScrapingService#host} names, and keeps to its pace. */
    VISITS_HOSTS
  }
}
