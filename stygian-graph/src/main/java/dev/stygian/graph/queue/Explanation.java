package dev.stygian.graph.queue;

import java.time.Instant;
import java.util.List;

/**
 * Whether a run moves, and what holds its tasks back.
 *
 * @param at when the queue looked, by its own clock
 * @param holds all that was found: first what concerns the whole run, then node by node, then what
 *     is leased or ready
 * @param unseenHosts hosts with waiting tasks that were not looked at, beyond those in {@code
 *     holds}
 */
public record Explanation(
    RunId run,
    RunStatus.State state,
    Verdict verdict,
    Instant at,
    List<Hold> holds,
    long unseenHosts) {
  public Explanation {
    holds = List.copyOf(holds);
  }

  /** How the run as a whole is. */
  public enum Verdict {
    /** Workers execute tasks of it, or have room for what is ready. */
    MOVES,
    /** Nothing of it is executed now, but it goes on by itself. */
    WAITS,
    /** It does not go on before somebody does something. */
    STANDS,
    /** It has ended. */
    OVER
  }
}
