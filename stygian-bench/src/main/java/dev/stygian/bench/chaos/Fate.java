package dev.stygian.bench.chaos;

/**
 * What becomes of an item, decided by its number alone. In the growing trial the node that fails
 * early is the one that splits, what fails late is the collecting, and what dies late is a part.
 */
enum Fate {
  /** It gives a result at the first attempt, if nobody harms that. */
  WORKS,

  /** The first attempt of its first node fails. */
  FAILS_EARLY,

  /** The first attempt of its join fails. */
  FAILS_LATE,

  /** Its first node fails for good. */
  DIES_EARLY,

  /** Each attempt of its last node fails. */
  DIES_LATE;

  static Fate of(long item) {
    int inFiveHundred = (int) (item % 500);
    int inTwenty = (int) (item % 20);
    if (inFiveHundred == 137) {
      return DIES_EARLY;
    }
    if (inFiveHundred == 311) {
      return DIES_LATE;
    }
    return switch (inTwenty) {
      case 3 -> FAILS_EARLY;
      case 13 -> FAILS_LATE;
      default -> WORKS;
    };
  }

  boolean isDead() {
    return this == DIES_EARLY || this == DIES_LATE;
  }

  /** How many of so many items, numbered from 0, have this fate. */
  long among(long items) {
    long count = 0;
    for (long item = 0; item < items; item++) {
      if (of(item) == this) {
        count++;
      }
    }
    return count;
  }
}
