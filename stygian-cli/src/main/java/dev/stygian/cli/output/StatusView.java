package dev.stygian.cli.output;

import dev.stygian.graph.engine.StatusJson;
import dev.stygian.graph.queue.Cap;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.queue.RunStatus.NodeCounts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** A run's status for people and for scripts. */
public final class StatusView {
  private StatusView() {}

  /** One object; durations are not in it, so that two readings of a finished run are equal. */
  public static ObjectNode json(RunStatus status) {
    return StatusJson.of(status);
  }

  /** A few lines and a table of the nodes. */
  public static List<String> lines(RunStatus status, Instant now) {
    List<String> lines = new ArrayList<>();
    lines.add("run       " + status.run());
    lines.add("pipeline  " + status.pipelineId());
    lines.add("state     " + state(status) + (status.inputClosed() ? "" : ", more input may come"));
    lines.add("items     " + counts(status));
    Duration took = Duration.between(status.started(), status.finished().orElse(now));
    lines.add(
        "started   "
            + status.started()
            + ", "
            + Spoken.duration(took)
            + (status.finished().isPresent() ? " in all" : " ago"));
    lines.add(
        "results   "
            + status.undeliveredResults()
            + " not taken yet, "
            + Spoken.bytes(status.undeliveredBytes()));
    share(status).ifPresent(share -> lines.add("share     " + share));
    if (status.heldBack()) {
      lines.add(
          "held back new items wait until somebody takes results: stygian results " + status.run());
    }
    if (!status.missingServices().isEmpty()) {
      lines.add(
          "waiting   no live worker offers "
              + String.join(", ", status.missingServices())
              + "; start one that does: stygian worker");
    }
    lines.add("");
    lines.addAll(table(status.nodes()));
    return lines;
  }

  /**
   * {@code 40 submitted = 36 done + 4 dead + 0 cancelled + 0 in flight}; excluded items are named
   * where there are any.
   */
  public static String counts(RunStatus status) {
    long emitted = status.emitted().accepted();
    return status.submitted()
        + (emitted > 0 ? " submitted + " + emitted + " found = " : " submitted = ")
        + status.done()
        + " done + "
        + status.dead()
        + " dead + "
        + status.cancelled()
        + " cancelled + "
        + (status.excluded() > 0 ? status.excluded() + " excluded + " : "")
        + status.inFlight()
        + " in flight";
  }

  /** The weight and the cap; empty where nobody chose them. */
  public static Optional<String> share(RunStatus status) {
    String cap =
        status.maxLeased() == Cap.NONE ? "" : ", at most " + status.maxLeased() + " leased at once";
    boolean isUsual = status.weight() == 1 && cap.isEmpty();
    return isUsual ? Optional.empty() : Optional.of("weight " + status.weight() + cap);
  }

  public static String state(RunStatus status) {
    return StatusJson.word(status.state());
  }

  private static List<String> table(List<NodeCounts> nodes) {
    Table table =
        new Table("node", "service", "waiting", "delayed", "leased", "done", "dead", "retries");
    nodes.forEach(n ->
        table.row(
            n.node(),
            n.service(),
            String.valueOf(n.waiting()),
            String.valueOf(n.delayed()),
            n.leased() + (n.maxLeased() == Cap.NONE ? "" : " of " + n.maxLeased()),
            String.valueOf(n.done()),
            String.valueOf(n.dead()),
            String.valueOf(n.retries())));
    return table.lines();
  }
}
