package dev.stygian.cli.output;

import dev.stygian.graph.queue.DeadLetter;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunLedger;
import dev.stygian.graph.queue.RunStatus;
import java.util.List;

/** Why an item has a letter. It has one of either kind at most. */
public enum LetterKind {
  /** It failed for good, or too often. */
  DEAD("dead", "dead letters"),

  /** A rule forbids it, as a robots.txt does. */
  EXCLUDED("excluded", "excluded items");

  private final String word;
  private final String plural;

  LetterKind(String word, String plural) {
    this.word = word;
    this.plural = plural;
  }

  /** What such an item is called. */
  public String word() {
    return word;
  }

  public String plural() {
    return plural;
  }

  /**
   * Some of a run's letters, in the order of their items' ids.
   *
   * @param after an item's id; empty text to start
   */
  public List<DeadLetter> page(RunLedger ledger, RunId run, String after, int max) {
    return switch (this) {
      case DEAD -> ledger.deadLetters(run, after, max);
      case EXCLUDED -> ledger.excluded(run, after, max);
    };
  }

  /** How many items ended so; letters may have been dropped since. */
  public long count(RunStatus status) {
    return switch (this) {
      case DEAD -> status.dead();
      case EXCLUDED -> status.excluded();
    };
  }
}
