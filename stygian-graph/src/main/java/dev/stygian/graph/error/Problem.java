package dev.stygian.graph.error;

import java.util.Comparator;

/**
 * One thing wrong with a pipeline file.
 *
 * @param file the file as the user named it, or {@code <pipeline>} for text from elsewhere
 * @param line 1-based
 * @param column 1-based
 * @param message what is wrong, then what would be right
 */
public record Problem(String file, int line, int column, String message)
    implements Comparable<Problem> {
  private static final Comparator<Problem> BY_PLACE =
      Comparator.comparing(Problem::file)
          .thenComparingInt(Problem::line)
          .thenComparingInt(Problem::column)
          .thenComparing(Problem::message);

  @Override
  public int compareTo(Problem other) {
    return BY_PLACE.compare(this, other);
  }

  /** {@code file:line:column: message}, the form that editors turn into links. */
  @Override
  public String toString() {
    return file + ":" + line + ":" + column + ": " + message;
  }
}
