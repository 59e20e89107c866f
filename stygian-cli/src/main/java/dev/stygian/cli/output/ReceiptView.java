package dev.stygian.cli.output;

import dev.stygian.graph.item.Spending;
import dev.stygian.graph.queue.Emitted;
import dev.stygian.graph.queue.NodeBooks;
import dev.stygian.graph.queue.Receipt;
import dev.stygian.graph.queue.RunStatus;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A receipt, for people and for scripts. */
public final class ReceiptView {
  private ReceiptView() {}

  public static ObjectNode json(Receipt receipt) {
    RunStatus status = receipt.status();
    Emitted emitted = status.emitted();
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    all.put("run", status.run().value());
    all.put("state", StatusView.state(status));
    all.put("input_closed", status.inputClosed());
    all.put("started", status.started().toString());
    all.put("last", lastEnd(receipt).map(Instant::toString).orElse(null));
    all.put("finished", status.finished().map(Instant::toString).orElse(null));
    all.put("items", receipt.items());
    all.put("submitted", status.submitted());
    all.put("emitted", receipt.emitted());
    all.put("found", emitted.accepted());
    all.put("duplicates", emitted.duplicates());
    all.put("over_limit", emitted.overLimit());
    ObjectNode ends = all.putObject("ends");
    ends.put("done", status.done());
    ends.put("dead", status.dead());
    ends.put("excluded", status.excluded());
    ends.put("cancelled", status.cancelled());
    ends.put("duplicate", emitted.duplicates());
    ends.put("over_limit", emitted.overLimit());
    ends.put("in_flight", status.inFlight());
    ArrayNode nodes = all.putArray("nodes");
    receipt.nodes().forEach(node -> nodes.add(json(receipt, node)));
    add(receipt.spentInAll(), all.putObject("spent"));
    ArrayNode wrong = all.putArray("discrepancies");
    receipt.discrepancies().forEach(wrong::add);
    all.put("reconciles", receipt.discrepancies().isEmpty());
    return all;
  }

  private static ObjectNode json(Receipt receipt, NodeBooks node) {
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    row.put("node", node.node())
        .put("tasks", receipt.tasks(node))
        .put("done", node.counts().done())
        .put("dead", node.counts().dead())
        .put("excluded", node.excluded())
        .put("cancelled", node.cancelled())
        .put("stopped", node.stopped())
        .put("answered", node.answered())
        .put("unfinished", node.unfinished())
        .put("attempts", node.attempts())
        .put("retries", node.counts().retries())
        .put("first", first(node).map(Instant::toString).orElse(null))
        .put("last", last(node).map(Instant::toString).orElse(null))
        .put("emitted", node.emitted())
        .put("used_up", node.usedUp());
    add(spent(receipt, node), row);
    return row;
  }

  public static List<String> lines(Receipt receipt) {
    RunStatus status = receipt.status();
    Emitted emitted = status.emitted();
    List<String> lines = new ArrayList<>();
    lines.add("run       " + status.run());
    lines.add("time      " + status.started() + until(receipt));
    lines.add(
        "items     "
            + receipt.items()
            + " = "
            + status.submitted()
            + " submitted + "
            + receipt.emitted()
            + " emitted");
    if (!status.inputClosed()) {
      lines.add(
          "input     open: what is not submitted yet, or not again after a failover, is missing in"
              + " these sums");
    }
    lines.add(
        "ends      "
            + status.done()
            + " done + "
            + status.dead()
            + " dead + "
            + status.excluded()
            + " excluded + "
            + status.cancelled()
            + " cancelled + "
            + emitted.duplicates()
            + " duplicate + "
            + emitted.overLimit()
            + " over the limit + "
            + status.inFlight()
            + " in flight");
    Spending spent = receipt.spentInAll();
    if (!spent.equals(Spending.NONE)) {
      lines.add("spent     " + sentence(spent));
    }
    List<String> wrong = receipt.discrepancies();
    lines.add(wrong.isEmpty() ? "it adds up" : "it does not add up:");
    wrong.forEach(what -> lines.add("  " + what));
    lines.add("");
    lines.addAll(tasks(receipt));
    lines.add("");
    lines.addAll(attempts(receipt));
    return lines;
  }

  private static String until(Receipt receipt) {
    RunStatus status = receipt.status();
    return status
        .finished()
        .map(at -> " to " + at)
        .orElseGet(() ->
            lastEnd(receipt).map(at -> ", last at " + at).orElse("")
                + ", "
                + StatusView.state(status));
  }

  /** When the last of all attempts ended. */
  private static Optional<Instant> lastEnd(Receipt receipt) {
    return receipt.nodes().stream().flatMap(node -> last(node).stream()).max(Instant::compareTo);
  }

  private static Optional<Instant> first(NodeBooks node) {
    return node.times().map(NodeBooks.Times::first);
  }

  private static Optional<Instant> last(NodeBooks node) {
    return node.times().map(NodeBooks.Times::last);
  }

  /** A column of numbers, which some receipts lack. */
  private record Column(String heading, boolean always, ToLongFunction<NodeBooks> value) {}

  /** What came to each node and what became of that: the first column is the sum of the others. */
  private static List<String> tasks(Receipt receipt) {
    List<Column> columns =
        List.of(
            new Column("tasks", true, receipt::tasks),
            new Column("done", true, node -> node.counts().done()),
            new Column("dead", true, node -> node.counts().dead()),
            new Column("excluded", true, NodeBooks::excluded),
            new Column("cancelled", true, NodeBooks::cancelled),
            new Column("stopped", false, NodeBooks::stopped),
            new Column("answered", false, NodeBooks::answered),
            new Column("unfinished", true, NodeBooks::unfinished));
    List<Column> shown =
        columns.stream()
            .filter(column ->
                column.always()
                    || receipt.nodes().stream().anyMatch(n -> column.value().applyAsLong(n) != 0))
            .toList();
    List<String> headings = new ArrayList<>(List.of("node"));
    shown.forEach(column -> headings.add(column.heading()));
    Table table = new Table(headings.toArray(String[]::new));
    for (NodeBooks node : receipt.nodes()) {
      List<String> cells = new ArrayList<>(List.of(node.node()));
      shown.forEach(column -> cells.add(String.valueOf(column.value().applyAsLong(node))));
      table.row(cells.toArray(String[]::new));
    }
    return table.lines();
  }

  private static List<String> attempts(Receipt receipt) {
    Table table =
        new Table(
            "node",
            "attempts",
            "first",
            "last",
            "emitted",
            "requests",
            "bytes",
            "tokens in",
            "tokens out",
            "cost");
    for (NodeBooks node : receipt.nodes()) {
      Spending spent = spent(receipt, node);
      table.row(
          node.node(),
          String.valueOf(node.attempts()),
          first(node).map(Instant::toString).orElse("-"),
          last(node).map(Instant::toString).orElse("-"),
          String.valueOf(node.emitted()),
          String.valueOf(spent.requests()),
          Spoken.bytes(spent.bytes()),
          String.valueOf(spent.inputTokens()),
          String.valueOf(spent.outputTokens()),
          cost(spent).toPlainString());
    }
    return table.lines();
  }

  private static Spending spent(Receipt receipt, NodeBooks node) {
    return receipt.spent().getOrDefault(node.node(), Spending.NONE);
  }

  private static void add(Spending spent, ObjectNode to) {
    to.put("requests", spent.requests())
        .put("bytes", spent.bytes())
        .put("input_tokens", spent.inputTokens())
        .put("output_tokens", spent.outputTokens())
        .put("cost", cost(spent));
  }

  private static BigDecimal cost(Spending spent) {
    return BigDecimal.valueOf(spent.costMicros(), 6).stripTrailingZeros();
  }

  private static String sentence(Spending spent) {
    String sent =
        spent.requests()
            + (spent.requests() == 1 ? " request, " : " requests, ")
            + Spoken.bytes(spent.bytes());
    if (spent.inputTokens() + spent.outputTokens() == 0) {
      return sent;
    }
    String tokens =
        sent + ", " + spent.inputTokens() + " tokens in + " + spent.outputTokens() + " out";
    return spent.costMicros() == 0 ? tokens : tokens + ", cost " + cost(spent).toPlainString();
  }
}
