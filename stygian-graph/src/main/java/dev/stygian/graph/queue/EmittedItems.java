package dev.stygian.graph.queue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The items that a run of a {@link LocalWorkQueue} emitted. Guarded by the queue's lock. */
final class EmittedItems {
  private final Set<String> known = new HashSet<>();
  private final Map<String, Long> byNode = new HashMap<>();
  private long found;

  /** Whether an item is new and within the node's limit (0: none); then it is known from now on. */
  Verdict take(String item, String node, long limit) {
    if (known.contains(item)) {
      return Verdict.DUPLICATE;
    }
    if (limit > 0 && byNode.getOrDefault(node, 0L) >= limit) {
      return Verdict.OVER_LIMIT;
    }
    known.add(item);
    found++;
    if (limit > 0) {
      byNode.merge(node, 1L, Long::sum);
    }
    return Verdict.NEW;
  }

  /** How many were new. */
  long found() {
    return found;
  }

  /** How many are known. */
  long known() {
    return known.size();
  }

  /** What an emitted item is. */
  enum Verdict {
    NEW,
    DUPLICATE,
    OVER_LIMIT
  }
}
