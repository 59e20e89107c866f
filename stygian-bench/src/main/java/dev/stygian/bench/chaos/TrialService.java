package dev.stygian.bench.chaos;

import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.service.ServiceDescriptor;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The service of {@link TrialPipeline}'s nodes: writes down that it begins, waits, and puts out all
 * that it was given together with its own stamp, or fails as the item's {@link Fate} says. Public
 * for {@link java.util.ServiceLoader}.
 */
public final class TrialService implements ScrapingService {
  /** The item's number, in its input and in each output. */
  static final String NUMBER = "n";

  private static final ServiceDescriptor DESCRIPTOR =
      new ServiceDescriptor(
          "trial",
          List.of(),
          "waits, and tells which execution made its output; for stygian chaos",
          Journals.config());

  private final Journals journals = new Journals();

  @Override
  public ServiceDescriptor descriptor() {
    return DESCRIPTOR;
  }

  @Override
  public Outcome execute(ServiceCall call) throws IOException, InterruptedException {
    int item = call.item().input().path(NUMBER).asInt();
    Stamp stamp =
        journals.of(call).begin(item, TrialPipeline.NODES.indexOf(call.node()), call.attempt());
    Thread.sleep(Journals.duration(call));
    return failure(Fate.of(item), call.node(), call.attempt())
        .orElseGet(() -> Outcome.success(output(call, item, stamp)));
  }

  private static Optional<Outcome> failure(Fate fate, String node, int attempt) {
    boolean atFirstNode = node.equals(TrialPipeline.FIRST);
    boolean atJoin = node.equals(TrialPipeline.JOIN);
    boolean atLastNode = node.equals(TrialPipeline.LAST);
    return switch (fate) {
      case WORKS -> Optional.empty();
      case FAILS_EARLY -> failure(atFirstNode && attempt == 1, "it fails once at its first node");
      case FAILS_LATE -> failure(atJoin && attempt == 1, "it fails once at its join");
      case DIES_LATE -> failure(atLastNode, "it fails whenever it gets to its last node");
      case DIES_EARLY ->
          atFirstNode
              ? Optional.of(Outcome.permanent("it dies at its first node"))
              : Optional.empty();
    };
  }

  private static Optional<Outcome> failure(boolean now, String reason) {
    return now ? Optional.of(Outcome.retryable(reason)) : Optional.empty();
  }

  private static JsonNode output(ServiceCall call, int item, Stamp stamp) {
    ObjectNode output = JsonNodeFactory.instance.objectNode().put(NUMBER, item);
    call.inputs().forEach(output::set);
    return output.put(call.node(), stamp.text());
  }

  @Override
  public void close() {
    journals.close();
  }
}
