package dev.stygian.bench.chaos;

import java.util.Locale;

/**
 * A fault that was inflicted, or that hit nothing.
 *
 * @param beganMillis after the harm's begin; later than planned where this machine was busy
 * @param hit whether there was something to hit: a submitter that is done cannot be killed
 */
record Inflicted(Fault fault, long beganMillis, long endedMillis, boolean hit) {
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s  (began at %.3f s, over at %.3f s%s)",
        fault,
        beganMillis / 1e3,
        endedMillis / 1e3,
        hit ? "" : ", hit nothing");
  }
}
