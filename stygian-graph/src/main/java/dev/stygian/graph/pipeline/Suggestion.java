package dev.stygian.graph.pipeline;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Finds the word that was probably meant: "did you mean …?". */
final class Suggestion {
  private static final int LONGEST = 64;
  private static final int MOST_CANDIDATES = 1000;
  private static final int MOST_LISTED = 16;

  private Suggestion() {}

  /** The end of a message: the word that was meant, or the words there are. */
  static String ending(String written, Collection<String> known, String whatItIs) {
    return nearest(written, known)
        .map(word -> "; did you mean " + Quoted.of(word) + "?")
        .orElseGet(() -> known.isEmpty() ? "" : "; " + whatItIs + listed(known));
  }

  /** The nearest known word, if it is so near that a slip of the finger explains the other. */
  static Optional<String> nearest(String written, Collection<String> known) {
    if (written.length() > LONGEST) {
      return Optional.empty();
    }
    String best = "";
    int least = Math.max(1, Math.min(3, written.length() / 3)) + 1;
    for (String word : known.stream().limit(MOST_CANDIDATES).toList()) {
      if (word.length() <= LONGEST) {
        int distance = distance(folded(written), folded(word));
        if (distance < least && distance < word.length()) {
          least = distance;
          best = word;
        }
      }
    }
    return Optional.of(best).filter(w -> !w.isEmpty());
  }

  /** The first few of the words, quoted, after the verb: {@code s are "a", "b"}. */
  static String listed(Collection<String> words) {
    String all =
        words.stream().limit(MOST_LISTED).map(Quoted::of).collect(Collectors.joining(", "));
    int more = words.size() - MOST_LISTED;
    String verb = words.size() == 1 ? " is " : "s are ";
    return verb + all + (more > 0 ? " and " + more + " more" : "");
  }

  private static String folded(String word) {
    return word.toLowerCase(Locale.ROOT).replace('-', '_');
  }

  /** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
  static int distance(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        int replaced = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        cost[i][j] = Math.min(replaced, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          cost[i][j] = Math.min(cost[i][j], 1 + cost[i - 2][j - 2]);
        }
      }
    }
    return cost[a.length()][b.length()];
  }
}
