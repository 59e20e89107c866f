package dev.stygian.services.discover;

/**
 * From where on {@link TrapGuard} takes URLs for a trap's.
 *
 * @param maxSegments a path may have; default 20
 * @param maxRepeats a path where a sequence of segments stands so often in a row ({@code
 *     /a/b/a/b/a/b}), or one segment more often anywhere, is a trap's; default 3
 * @param maxOfPattern URLs that differ only by numbers; default 100,000: a shop's products do so as
 *     well
 * @param maxOfDates the same where the numbers look like a year and a month or day; default 4,000:
 *     ten years of days
 * @param maxQueries URLs of one path that have two or more parameters; default 10,000
 */
record TrapLimits(
    int maxSegments, int maxRepeats, long maxOfPattern, long maxOfDates, long maxQueries) {
  TrapLimits {
    if (maxSegments < 1 || maxRepeats < 2 || maxOfPattern < 1 || maxOfDates < 1 || maxQueries < 1) {
      throw new IllegalArgumentException("limits are at least 1, maxRepeats at least 2");
    }
  }

  static TrapLimits defaults() {
    return new TrapLimits(20, 3, 100_000, 4_000, 10_000);
  }
}
