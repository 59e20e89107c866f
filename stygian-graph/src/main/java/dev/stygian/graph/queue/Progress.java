package dev.stygian.graph.queue;

import java.util.List;
import java.util.Optional;

/**
 * What was executed under one lease, to be booked with its end.
 *
 * @param passed nodes whose outputs were handed on in memory and are written nowhere; they are
 *     counted as executed
 * @param results of the nodes whose outputs are written
 * @param releases the tasks that this makes ready, or brings nearer to it
 */
public record Progress(List<String> passed, List<NodeResult> results, List<Release> releases) {
  /** Nothing was executed. */
  public static final Progress NONE = new Progress(List.of(), List.of(), List.of());

  public Progress {
    passed = List.copyOf(passed);
    results = List.copyOf(results);
    releases = List.copyOf(releases);
  }

  /** Nodes that were all written, and release nothing. */
  static Progress of(List<NodeResult> results) {
    return new Progress(List.of(), results, List.of());
  }

  /**
   * The node that was executed last, where nothing of the item goes on behind it: it puts out no
   * result, and no other node is to read it.
   */
  Optional<String> end() {
    for (NodeResult result : results) {
      if (result.last() || result.keep()) {
        return Optional.empty();
      }
    }
    if (!releases.isEmpty() || (results.isEmpty() && passed.isEmpty())) {
      return Optional.empty();
    }
    return Optional.of(results.isEmpty() ? passed.getLast() : results.getLast().node());
  }

  /** Bytes of the outputs that are written. */
  public long outputBytes() {
    long bytes = 0;
    for (NodeResult result : results) {
      bytes += result.output().size();
    }
    return bytes;
  }
}
