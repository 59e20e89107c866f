package dev.stygian.graph.settings;

import java.util.Locale;

/** When what a shared queue accepted counts as accepted. */
public enum Durability {
  /** As soon as the server has it, which keeps it as it is configured to. */
  SERVER,
  /** As soon as one of the server's replicas has it too. */
  REPLICATED;

  /** As in a pipeline file. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The durability of a word that {@link #word} gave. */
  public static Durability of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
