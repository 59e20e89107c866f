package dev.stygian.bench.chaos;

import java.util.ArrayList;
import java.util.List;

/** Counts what is wrong, and keeps the first few for the message. */
final class Wrongs {
  private static final int KEPT = 5;

  private final List<String> first = new ArrayList<>();
  private long count;

  void add(String what) {
    count++;
    if (first.size() < KEPT) {
      first.add(what);
    }
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** Nothing is wrong: {@code otherwise}; else how much is, and examples. */
  String detail(String otherwise) {
    if (count == 0) {
      return otherwise;
    }
    String examples = String.join("; ", first);
    return count > first.size() ? count + " are wrong, such as: " + examples : examples;
  }
}
