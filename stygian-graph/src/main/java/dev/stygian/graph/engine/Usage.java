package dev.stygian.graph.engine;

import dev.stygian.graph.queue.Expense;
import dev.stygian.graph.queue.Visit;
import java.util.List;
import java.util.stream.Stream;

/** What executions did to hosts and used up besides, to be reported before their ends. */
record Usage(List<Visit> visits, List<Expense> expenses) {
  static final Usage NONE = new Usage(List.of(), List.of());

  Usage plus(Usage later) {
    if (equals(NONE)) {
      return later;
    }
    return later.equals(NONE)
        ? this
        : new Usage(joined(visits, later.visits), joined(expenses, later.expenses));
  }

  private static <T> List<T> joined(List<T> some, List<T> more) {
    return Stream.concat(some.stream(), more.stream()).toList();
  }
}
