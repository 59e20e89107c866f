package dev.stygian.bench.chaos;

import java.util.Optional;
import java.util.OptionalInt;

/** Plans for tests. */
final class Plans {
  private Plans() {}

  static ChaosPlan of(long seed, int faults) {
    return of(Trial.FIXED, seed, faults);
  }

  static ChaosPlan of(Trial trial) {
    return of(trial, 4711, 60);
  }

  private static ChaosPlan of(Trial trial, long seed, int faults) {
    return new ChaosPlan(
        trial,
        5_000,
        faults,
        60,
        seed,
        3,
        64,
        "redis-6.2",
        OptionalInt.empty(),
        Optional.empty(),
        false);
  }
}
