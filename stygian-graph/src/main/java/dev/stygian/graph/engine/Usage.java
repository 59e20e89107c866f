package dev.stygian.graph.engine;

import dev.stygian.graph.queue.Expense;
import dev.stygian.graph.queue.Visit;
import java.util.List;

/** What executions did to hosts and used up besides, to be reported before their ends. */
record Usage(List<Visit> visits, List<Expense> expenses) {
  static final Usage NONE = new Usage(List.of(), List.of());
}
