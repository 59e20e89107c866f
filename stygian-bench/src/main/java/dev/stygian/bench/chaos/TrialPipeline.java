package dev.stygian.bench.chaos;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The graph that is harmed: a branch, a join, and a last node that goes on in memory under the
 * join's lease.
 */
final class TrialPipeline {
  static final String FIRST = "split";
  static final String LEFT = "left";
  static final String RIGHT = "right";
  static final String JOIN = "join";
  static final String LAST = "tail";

  /** In the order in which a journal numbers them. */
  static final List<String> NODES = List.of(FIRST, LEFT, RIGHT, JOIN, LAST);

  /** More than an item can lose to all the harm of a long run, and few enough to be used up. */
  static final int MAX_ATTEMPTS = 20;

  private TrialPipeline() {}

  static Tasks tasks(int items) {
    return Tasks.ofItems(NODES, items, LAST);
  }

  /** What the counters have to come to. */
  static PlannedEnds planned(int items) {
    long early = Fate.DIES_EARLY.among(items);
    long late = Fate.DIES_LATE.among(items);
    Map<String, PlannedEnds.OfNode> nodes = new HashMap<>();
    for (String node : NODES) {
      nodes.put(node, new PlannedEnds.OfNode(items - early, 0));
    }
    nodes.put(FIRST, new PlannedEnds.OfNode(items - early, early));
    nodes.put(LAST, new PlannedEnds.OfNode(items - early - late, late));
    return new PlannedEnds(items, 0, items - early - late, early + late, nodes, 0);
  }

  /**
   * The pipeline's file.
   *
   * @param journals the folder in which executions are noted
   */
  static String toml(Path journals) {
    return String.format(
        Locale.ROOT,
        """
        id = "chaos"

        [execution]
        visibility_timeout = "2s"
        max_attempts = %1$d
        backoff = "0s"
        result_ttl = "1m"

        [[nodes]]
        id = "split"
        service = "trial"
        backoff = "50ms"
        config = { duration = "20ms", journals = "%2$s" }

        [[nodes]]
        id = "left"
        service = "trial"
        depends_on = ["split"]
        config = { duration = "60ms", journals = "%2$s" }

        [[nodes]]
        id = "right"
        service = "trial"
        depends_on = ["split"]
        config = { duration = "20ms", journals = "%2$s" }

        [[nodes]]
        id = "join"
        service = "trial"
        depends_on = ["left", "right"]
        config = { duration = "20ms", journals = "%2$s" }

        [[nodes]]
        id = "tail"
        service = "trial"
        depends_on = ["join"]
        config = { duration = "5ms", journals = "%2$s" }
        """,
        MAX_ATTEMPTS,
        journals.toString().replace("\\", "\\\\").replace("\"", "\\\""));
  }
}
