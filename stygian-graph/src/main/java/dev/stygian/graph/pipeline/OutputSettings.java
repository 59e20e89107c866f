package dev.stygian.graph.pipeline;

import java.util.Optional;

/**
 * The {@code [output]} table.
 *
 * @param file ends in {@code .jsonl} or {@code .csv}; empty: standard output. A relative path
 *     starts at the current folder
 */
public record OutputSettings(Optional<String> file) {
  public static OutputSettings toStandardOutput() {
    return new OutputSettings(Optional.empty());
  }
}
