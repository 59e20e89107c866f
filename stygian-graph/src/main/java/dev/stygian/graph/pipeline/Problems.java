package dev.stygian.graph.pipeline;

import dev.stygian.graph.error.PipelineInvalidException;
import dev.stygian.graph.error.Problem;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects what is wrong with one file. After a syntax error the rest of the file is still checked,
 * but only for what must be wrong whatever the broken lines were meant to say.
 */
final class Problems {
  /** How many a reader is shown; nobody repairs more in one go. */
  static final int SHOWN = 1000;

  private final String file;
  private final List<Problem> found = new ArrayList<>();
  private final List<LineRange> doubtful = new ArrayList<>();
  private int count;
  private boolean syntaxBroken;

  /** Lines from first to last, both included. */
  private record LineRange(int first, int last) {
    boolean contains(Place place) {
      return first <= place.line() && place.line() <= last;
    }
  }

  Problems(String file) {
    this.file = file;
  }

  /** Something that is wrong where it stands. */
  void wrong(Place place, String message) {
    if (doubtful.stream().noneMatch(r -> r.contains(place))) {
      add(place, message);
    }
  }

  /** Something that is not there, unless a line that could not be read may have held it. */
  void missing(Place place, String message) {
    if (!syntaxBroken) {
      wrong(place, message);
    }
  }

  /** A line that could not be read. */
  void syntax(Place place, String message) {
    syntaxBroken = true;
    add(place, message);
  }

  /** Says that lines may have ended up in another table than they were meant for. */
  void doubt(int firstLine, int lastLine) {
    if (doubtful.size() < SHOWN) {
      doubtful.add(new LineRange(firstLine, lastLine));
    }
  }

  boolean isSyntaxBroken() {
    return syntaxBroken;
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** Whether further problems will only be counted, so that no work should go into their words. */
  boolean isFull() {
    return found.size() >= SHOWN;
  }

  PipelineInvalidException exception() {
    List<Problem> shown = new ArrayList<>(found);
    if (count > found.size()) {
      shown.add(
          new Problem(
              file, 1, 1, count + " problems, " + SHOWN + " of them listed; repair these first"));
    }
    return new PipelineInvalidException(shown);
  }

  private void add(Place place, String message) {
    count++;
    if (!isFull()) {
      found.add(new Problem(file, place.line(), place.column(), message));
    }
  }
}
