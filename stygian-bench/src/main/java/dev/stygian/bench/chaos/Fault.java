package dev.stygian.bench.chaos;

import java.util.Locale;

/**
 * One harm of a schedule.
 *
 * @param number from 1, in the order of their times
 * @param atMillis when it begins, after the harm's begin
 * @param target a worker's number, or a process's where links are hit: workers first, then the
 *     submitter, then the reader; {@link #ALL} for all of them
 * @param lastsMillis how long; 0 where it is done at once
 * @param amount the bytes that still pass before a cut, the milliseconds of a delay, the seconds
 *     that a clock is wrong by, or what of the memory in use is left to a server, in percent
 */
record Fault(int number, long atMillis, FaultKind kind, int target, long lastsMillis, long amount) {
  static final int ALL = -1;

  long endMillis() {
    return atMillis + lastsMillis;
  }

  /** One line, the same for the same fault. */
  @Override
  public String toString() {
    StringBuilder line =
        new StringBuilder(
            String.format(Locale.ROOT, "%4d %8.3f s  %s", number, atMillis / 1e3, kind));
    if (target != ALL) {
      line.append(" of ").append(target);
    }
    if (lastsMillis > 0) {
      line.append(String.format(Locale.ROOT, " for %.3f s", lastsMillis / 1e3));
    }
    if (amount != 0) {
      line.append(unit());
    }
    return line.toString();
  }

  private String unit() {
    return switch (kind) {
      case CUT_REPLY, CUT_REQUEST -> " after " + amount + " bytes";
      case DELAY -> " by " + amount + " ms";
      case SHIFT_CLOCK -> " by " + amount + " s";
      case FILL_MEMORY -> " at " + amount + " % of what is in use";
      case KILL_WORKER,
          KILL_SUBMITTER,
          KILL_READER,
          KILL_SERVER,
          PAUSE_SERVER,
          PAUSE_WORKER,
          CUT,
          ISOLATE,
          STALL ->
          "";
    };
  }
}
