package dev.stygian.graph.queue;

import java.util.List;

/**
 * A stretch of a run's results.
 *
 * @param position where to read on
 * @param ended whether the run is over and nothing comes after this
 */
public record ResultBatch(List<Result> results, String position, boolean ended) {
  /** The position before the first result. */
  public static final String START = "0-0";

  public ResultBatch {
    results = List.copyOf(results);
  }
}
