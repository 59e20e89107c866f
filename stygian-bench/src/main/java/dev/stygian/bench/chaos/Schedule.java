package dev.stygian.bench.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * What is done to a run, and when: decided by the seed and the sizes alone, before it begins. At
 * each moment at least one worker is left alone by the faults that hit workers, and the server has
 * one trouble at a time.
 *
 * @param faults by the time of their begin
 */
record Schedule(long seed, List<Fault> faults) {
  /** How long a process that was killed takes to be of use again, about. */
  private static final long RESTART_MILLIS = 3_000;

  private static final int TRIES = 20;
  private static final long LONGEST_SHIFT_SECONDS = Duration.ofDays(30).toSeconds();

  Schedule {
    faults = List.copyOf(faults);
  }

  /**
   * A schedule.
   *
   * @param count how many faults
   * @param length within which they begin
   * @param workers how many worker processes there are
   */
  static Schedule of(long seed, int count, Duration length, int workers) {
    // the one generator whose numbers are specified for all Java versions
    Random random = new Random(seed);
    long[] times = new long[count];
    for (int i = 0; i < count; i++) {
      times[i] = random.nextLong(Math.max(1, length.toMillis()));
    }
    Arrays.sort(times);
    Drawing drawing = new Drawing(random, workers);
    List<Fault> faults = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      faults.add(drawing.draw(i + 1, times[i]));
    }
    return new Schedule(seed, faults);
  }

  /** Draws one fault after the other and remembers until when what they hit is busy. */
  private static final class Drawing {
    private final Random random;
    private final int workers;
    private final long[] workerFreeAt;
    private final long[] linkFreeAt;
    private long serverFreeAt;

    Drawing(Random random, int workers) {
      this.random = random;
      this.workers = workers;
      this.workerFreeAt = new long[workers];
      this.linkFreeAt = new long[workers + 2];
    }

    Fault draw(int number, long at) {
      for (int i = 0; i < TRIES; i++) {
        FaultKind kind = kind();
        int target = target(kind);
        long lasts = between(kind.shortestMillis(), kind.longestMillis());
        long amount = amount(kind);
        if (take(kind, target, at, lasts)) {
          return new Fault(number, at, kind, target, lasts, amount);
        }
      }
      return new Fault(number, at, FaultKind.CUT, Fault.ALL, 0, 0);
    }

    private FaultKind kind() {
      int all = Arrays.stream(FaultKind.values()).mapToInt(FaultKind::share).sum();
      int drawn = random.nextInt(all);
      for (FaultKind kind : FaultKind.values()) {
        drawn -= kind.share();
        if (drawn < 0) {
          return kind;
        }
      }
      throw new IllegalStateException("shares add up");
    }

    private int target(FaultKind kind) {
      return switch (kind.victim()) {
        case WORKER -> random.nextInt(workers);
        case LINKS -> random.nextBoolean() ? Fault.ALL : random.nextInt(workers + 2);
        case LINK -> random.nextInt(workers + 2);
        case SUBMITTER, READER, SERVER, ALL_LINKS -> Fault.ALL;
      };
    }

    private long amount(FaultKind kind) {
      return switch (kind) {
        case CUT_REPLY, CUT_REQUEST -> between(1, 400);
        case DELAY -> between(5, 150);
        case SHIFT_CLOCK -> (random.nextBoolean() ? 1 : -1) * between(1, LONGEST_SHIFT_SECONDS);
        case FILL_MEMORY -> between(30, 95);
        case KILL_WORKER,
            KILL_SUBMITTER,
            KILL_READER,
            KILL_SERVER,
            PAUSE_SERVER,
            PAUSE_WORKER,
            CUT,
            ISOLATE,
            STALL ->
            0;
      };
    }

    private long between(long least, long most) {
      return least == most ? least : random.nextLong(least, most + 1);
    }

    /** Whether what the fault hits can be hit now; if so, it is busy until the fault is over. */
    private boolean take(FaultKind kind, int target, long at, long lasts) {
      return switch (kind.victim()) {
        case WORKER -> takeWorker(target, at, at + Math.max(lasts, RESTART_MILLIS));
        case SERVER, ALL_LINKS -> takeServer(at, at + lasts);
        case LINK -> takeLink(target, at, at + lasts);
        case LINKS, SUBMITTER, READER -> true;
      };
    }

    private boolean takeServer(long at, long until) {
      if (serverFreeAt > at) {
        return false;
      }
      serverFreeAt = until;
      return true;
    }

    private boolean takeLink(int link, long at, long until) {
      if (linkFreeAt[link] > at || (link < workers && !takeWorker(link, at, until))) {
        return false;
      }
      linkFreeAt[link] = until;
      return true;
    }

    private boolean takeWorker(int worker, long at, long until) {
      long free = Arrays.stream(workerFreeAt).filter(freeAt -> freeAt <= at).count();
      if (workerFreeAt[worker] > at || free < 2) {
        return false;
      }
      workerFreeAt[worker] = until;
      return true;
    }
  }
}
