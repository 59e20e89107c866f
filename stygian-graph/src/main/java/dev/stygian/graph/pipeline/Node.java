package dev.stygian.graph.pipeline;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.node.ObjectNode;

/**
 * One step of a pipeline.
 *
 * @param id unique in the pipeline; any characters but control characters
 * @param service the canonical name of the service that executes it
 * @param config as in the file, without defaults, {@code ${env:NAME}} unresolved; do not change it
 * @param maxAttempts empty: the pipeline's
 * @param backoff the wait before the second attempt, doubled for each further one; empty: the
 *     pipeline's
 * @param timeout of one attempt; empty: the pipeline's
 * @param checkpoint whether its output is written before a successor goes on in memory
 * @param maxLeased how many of its tasks may be leased at once; empty: any number
 * @param collect whether it waits for all parts of an item that was split, and gets their outputs
 */
public record Node(
    String id,
    String service,
    ObjectNode config,
    OptionalInt maxAttempts,
    Optional<Duration> backoff,
    Optional<Duration> timeout,
    boolean checkpoint,
    OptionalInt maxLeased,
    boolean collect) {

  /** A node that collects nothing. */
  public Node(
      String id,
      String service,
      ObjectNode config,
      OptionalInt maxAttempts,
      Optional<Duration> backoff,
      Optional<Duration> timeout,
      boolean checkpoint,
      OptionalInt maxLeased) {
    this(id, service, config, maxAttempts, backoff, timeout, checkpoint, maxLeased, false);
  }
}
