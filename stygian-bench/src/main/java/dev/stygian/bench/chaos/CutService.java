package dev.stygian.bench.chaos;

import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.service.ServiceDescriptor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The service of the growing trial's splitting node: emits as many parts as {@link Growth} says, in
 * several batches with waits between them, so that some attempts die in the middle. A part carries
 * what it was given, which has to be the same at each attempt, and nothing of the attempt itself.
 * Public for {@link java.util.ServiceLoader}.
 */
public final class CutService implements ScrapingService {
  /** The part's number, in its value and in its output. */
  static final String PART = "part";

  private static final int BATCHES = 3;

  private static final ServiceDescriptor DESCRIPTOR =
      new ServiceDescriptor(
          "trial_cut",
          List.of(),
          "splits an item by its number; for stygian chaos",
          Journals.config(),
          ServiceDescriptor.Work.WAITS,
          ServiceDescriptor.Finds.FOR_ITS_SUCCESSORS);

  private final Journals journals = new Journals();

  @Override
  public ServiceDescriptor descriptor() {
    return DESCRIPTOR;
  }

  @Override
  public Outcome execute(ServiceCall call) throws IOException, InterruptedException {
    JsonNode given = call.given();
    int item = given.path(TrialService.NUMBER).asInt();
    journals.of(call).begin(item, GrowingPipeline.NODES.indexOf(call.node()), call.attempt());
    boolean fails = Fate.of(item) == Fate.FAILS_EARLY && call.attempt() == 1;
    int parts = Growth.parts(item);
    int batch = Math.max(1, parts / BATCHES);
    for (int from = 0; from < (fails ? parts / 2 : parts); from += batch) {
      call.fleet().emit(values(given, from, Math.min(parts, from + batch)));
      Thread.sleep(Journals.duration(call));
    }
    return fails
        ? Outcome.retryable("it fails once in the middle of its parts")
        : new Outcome.Became();
  }

  private static List<JsonNode> values(JsonNode given, int from, int to) {
    List<JsonNode> values = new ArrayList<>();
    for (int part = from; part < to; part++) {
      ObjectNode value = JsonNodeFactory.instance.objectNode();
      given.properties().forEach(field -> value.set(field.getKey(), field.getValue()));
      values.add(value.put(PART, part));
    }
    return values;
  }

  @Override
  public void close() {
    journals.close();
  }
}
