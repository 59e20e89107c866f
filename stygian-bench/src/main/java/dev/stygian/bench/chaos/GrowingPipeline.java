package dev.stygian.bench.chaos;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * The graph that grows while it is harmed: an item finds others, is split, each part visits a host
 * in that host's lane, and the parts are collected to one result, by a node behind which another
 * goes on in memory. {@link Growth} says how it grows.
 */
final class GrowingPipeline {
  static final String FIND = "find";
  static final String CUT = "cut";
  static final String VISIT = "visit";
  static final String GATHER = "gather";
  static final String LAST = "tail";

  /** In the order in which a journal numbers them. */
  static final List<String> NODES = List.of(FIND, CUT, VISIT, GATHER, LAST);

  /** Of half of the hosts. A start is good for a tenth of it, which a busy machine can need. */
  static final Duration INTERVAL = Duration.ofMillis(400);

  /** Of each host; those without an interval are held up by it alone. */
  static final int CONCURRENCY = 2;

  private GrowingPipeline() {}

  /**
   * The pipeline's file.
   *
   * @param journals the folder in which executions are noted
   * @param items how many are submitted
   */
  static String toml(Path journals, int items) {
    return String.format(
        Locale.ROOT,
        """
        id = "chaos"

        [execution]
        visibility_timeout = "2s"
        max_attempts = %1$d
        backoff = "50ms"
        result_ttl = "1m"

        [politeness]
        interval = "%2$dms"
        concurrency = %3$d

        [[politeness.hosts]]
        host = "*.busy.invalid"
        interval = "0s"

        [[nodes]]
        id = "find"
        service = "trial_find"
        config = { duration = "20ms", journals = "%4$s", items = %5$d }

        [[nodes]]
        id = "cut"
        service = "trial_cut"
        depends_on = ["find"]
        config = { duration = "10ms", journals = "%4$s" }

        [[nodes]]
        id = "visit"
        service = "trial_visit"
        depends_on = ["cut"]
        config = { duration = "250ms", journals = "%4$s" }

        [[nodes]]
        id = "gather"
        service = "trial_gather"
        depends_on = ["visit"]
        collect = true
        config = { duration = "20ms", journals = "%4$s" }

        [[nodes]]
        id = "tail"
        service = "trial_gather"
        depends_on = ["gather"]
        config = { duration = "5ms", journals = "%4$s" }
        """,
        TrialPipeline.MAX_ATTEMPTS,
        INTERVAL.toMillis(),
        CONCURRENCY,
        journals.toString().replace("\\", "\\\\").replace("\"", "\\\""),
        items);
  }
}
