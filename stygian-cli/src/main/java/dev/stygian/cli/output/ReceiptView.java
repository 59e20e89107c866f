package dev.stygian.cli.output;

import dev.stygian.graph.item.Spending;
import dev.stygian.graph.queue.Receipt;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.queue.RunStatus.NodeCounts;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A receipt, for people and for scripts. */
public final class ReceiptView {
  private ReceiptView() {}

  public static ObjectNode json(Receipt receipt) {
    RunStatus status = receipt.status();
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    all.put("run", status.run().value());
    all.put("state", StatusView.state(status));
    all.put("started", status.started().toString());
    status.finished().ifPresent(at -> all.put("finished", at.toString()));
    all.put("items", receipt.items());
    all.put("submitted", status.submitted());
    all.put("found", status.emitted().accepted());
    all.put("duplicates", status.emitted().duplicates());
    all.put("over_limit", status.emitted().overLimit());
    ObjectNode ends = all.putObject("ends");
    ends.put("done", status.done());
    ends.put("dead", status.dead());
    ends.put("excluded", status.excluded());
    ends.put("cancelled", status.cancelled());
    ends.put("in_flight", status.inFlight());
    ArrayNode nodes = all.putArray("nodes");
    for (NodeCounts node : status.nodes()) {
      ObjectNode row =
          nodes
              .addObject()
              .put("node", node.node())
              .put("done", node.done())
              .put("dead", node.dead())
              .put("retries", node.retries())
              .put("unfinished", unfinished(node));
      add(spent(receipt, node), row);
    }
    add(receipt.spentInAll(), all.putObject("spent"));
    ArrayNode wrong = all.putArray("discrepancies");
    receipt.discrepancies().forEach(wrong::add);
    all.put("reconciles", receipt.discrepancies().isEmpty());
    return all;
  }

  public static List<String> lines(Receipt receipt) {
    RunStatus status = receipt.status();
    List<String> lines = new ArrayList<>();
    lines.add("run       " + status.run());
    lines.add(
        "time      "
            + status.started()
            + status.finished().map(at -> " to " + at).orElse(", " + StatusView.state(status)));
    lines.add(
        "items     "
            + receipt.items()
            + " = "
            + status.submitted()
            + " submitted + "
            + status.emitted().accepted()
            + " found");
    if (status.emitted().duplicates() + status.emitted().overLimit() > 0) {
      lines.add(
          "          besides, "
              + status.emitted().duplicates()
              + " found again and "
              + status.emitted().overLimit()
              + " over the limit");
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
    lines.addAll(table(receipt).lines());
    return lines;
  }

  private static Table table(Receipt receipt) {
    Table table =
        new Table(
            "node",
            "done",
            "dead",
            "retries",
            "unfinished",
            "requests",
            "bytes",
            "tokens in",
            "tokens out",
            "cost");
    for (NodeCounts node : receipt.status().nodes()) {
      Spending spent = spent(receipt, node);
      table.row(
          node.node(),
          String.valueOf(node.done()),
          String.valueOf(node.dead()),
          String.valueOf(node.retries()),
          String.valueOf(unfinished(node)),
          String.valueOf(spent.requests()),
          Spoken.bytes(spent.bytes()),
          String.valueOf(spent.inputTokens()),
          String.valueOf(spent.outputTokens()),
          cost(spent).toPlainString());
    }
    return table;
  }

  private static Spending spent(Receipt receipt, NodeCounts node) {
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

  private static long unfinished(NodeCounts node) {
    return node.waiting() + node.delayed() + node.leased();
  }
}
