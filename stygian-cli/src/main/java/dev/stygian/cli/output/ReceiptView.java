package dev.stygian.cli.output;

import dev.stygian.graph.queue.Receipt;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.queue.RunStatus.NodeCounts;
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
      nodes
          .addObject()
          .put("node", node.node())
          .put("done", node.done())
          .put("dead", node.dead())
          .put("retries", node.retries())
          .put("unfinished", unfinished(node));
    }
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
    List<String> wrong = receipt.discrepancies();
    lines.add(wrong.isEmpty() ? "it adds up" : "it does not add up:");
    wrong.forEach(what -> lines.add("  " + what));
    lines.add("");
    Table table = new Table("node", "done", "dead", "retries", "unfinished");
    for (NodeCounts node : status.nodes()) {
      table.row(
          node.node(),
          String.valueOf(node.done()),
          String.valueOf(node.dead()),
          String.valueOf(node.retries()),
          String.valueOf(unfinished(node)));
    }
    lines.addAll(table.lines());
    return lines;
  }

  private static long unfinished(NodeCounts node) {
    return node.waiting() + node.delayed() + node.leased();
  }
}
