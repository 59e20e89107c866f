package dev.stygian.bench.chaos;

import java.util.Locale;

/**
 * Says which execution made an output, as the output itself carries it.
 *
 * @param journal of the process that executed
 * @param position of the execution in it, from 0
 */
record Stamp(String journal, long position, int attempt) {
  /** As it stands in an output. */
  String text() {
    return String.format(Locale.ROOT, "%s:%d:%d", journal, position, attempt);
  }

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException where the text is none
   */
  static Stamp of(String text) {
    String[] parts = text.split(":", -1);
    if (parts.length != 3) {
      throw new IllegalArgumentException("\"" + text + "\" is no stamp");
    }
    return new Stamp(parts[0], Long.parseLong(parts[1]), Integer.parseInt(parts[2]));
  }
}
