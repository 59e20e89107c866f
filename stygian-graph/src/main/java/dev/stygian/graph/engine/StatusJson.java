package dev.stygian.graph.engine;

import dev.stygian.graph.queue.Cap;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.queue.RunStatus.NodeCounts;
import java.time.Instant;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A run's status as JSON: what {@code stygian status --json} prints and {@code on_finish} gets. */
public final class StatusJson {
  private StatusJson() {}

  /** One object; durations are not in it, so that two readings of a finished run are equal. */
  public static ObjectNode of(RunStatus status) {
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    all.put("run", status.run().value());
    all.put("pipeline", status.pipelineId());
    all.put("state", word(status.state()));
    all.put("input_closed", status.inputClosed());
    all.put("submitted", status.submitted());
    ObjectNode emitted = all.putObject("emitted");
    emitted.put("accepted", status.emitted().accepted());
    emitted.put("duplicates", status.emitted().duplicates());
    emitted.put("over_limit", status.emitted().overLimit());
    all.put("done", status.done());
    all.put("dead", status.dead());
    all.put("cancelled", status.cancelled());
    all.put("excluded", status.excluded());
    all.put("in_flight", status.inFlight());
    all.put("undelivered_results", status.undeliveredResults());
    all.put("undelivered_bytes", status.undeliveredBytes());
    all.put("held_back", status.heldBack());
    all.put("weight", status.weight());
    putCap(all, status.maxLeased());
    ArrayNode nodes = all.putArray("nodes");
    status.nodes().forEach(node -> nodes.add(of(node)));
    ArrayNode missing = all.putArray("missing_services");
    status.missingServices().forEach(missing::add);
    all.put("started", status.started().toString());
    all.put("finished", status.finished().map(Instant::toString).orElse(null));
    return all;
  }

  /** A state as users read it. */
  public static String word(RunStatus.State state) {
    return state.name().toLowerCase(Locale.ROOT);
  }

  private static ObjectNode of(NodeCounts node) {
    ObjectNode one = JsonNodeFactory.instance.objectNode();
    one.put("node", node.node())
        .put("service", node.service())
        .put("waiting", node.waiting())
        .put("delayed", node.delayed())
        .put("leased", node.leased())
        .put("done", node.done())
        .put("dead", node.dead())
        .put("retries", node.retries());
    putCap(one, node.maxLeased());
    return one;
  }

  private static void putCap(ObjectNode object, int most) {
    object.put("max_leased", most == Cap.NONE ? null : Integer.valueOf(most));
  }
}
