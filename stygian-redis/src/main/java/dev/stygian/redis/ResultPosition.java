package dev.stygian.redis;

import dev.stygian.graph.error.OutputException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place in a run's results: behind an entry of the stream, or within one.
 *
 * @param entry the stream's id of the entry
 * @param taken how many of its results lie before this place; 0: all of them
 */
record ResultPosition(String entry, int taken) {
  private static final Pattern FORM = Pattern.compile("(\\d{1,19}-\\d{1,19})(?::(\\d{1,9}))?");

  /**
   * Reads what {@link #toString} gave.
   *
   * @throws OutputException where the text is no position
   */
  static ResultPosition parse(String text) {
    Matcher m = FORM.matcher(text);
    if (!m.matches()) {
      throw new OutputException(
          "\"" + text + "\" is no position in a run's results; use what the last batch said");
    }
    return new ResultPosition(m.group(1), m.group(2) == null ? 0 : Integer.parseInt(m.group(2)));
  }

  boolean isBefore(ResultPosition other) {
    long[] mine = numbers(entry);
    long[] theirs = numbers(other.entry);
    return mine[0] < theirs[0] || (mine[0] == theirs[0] && mine[1] < theirs[1]);
  }

  private static long[] numbers(String id) {
    int dash = id.indexOf('-');
    return new long[] {
      Long.parseLong(id.substring(0, dash)), Long.parseLong(id.substring(dash + 1))
    };
  }

  @Override
  public String toString() {
    return taken == 0 ? entry : entry + ":" + taken;
  }
}
