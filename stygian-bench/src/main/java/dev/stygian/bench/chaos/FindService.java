package dev.stygian.bench.chaos;

import dev.stygian.graph.service.Found;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.service.ServiceDescriptor;
import dev.stygian.graph.settings.ConfigSchema;
import dev.stygian.graph.settings.ValueType;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The service of the growing trial's first node: finds the items that {@link Growth} links its own
 * to, as a crawl does, and puts out its stamp. Public for {@link java.util.ServiceLoader}.
 */
public final class FindService implements ScrapingService {
  private static final String ITEMS = "items";
  private static final long NO_LIMIT = 0;

  private static final ServiceDescriptor DESCRIPTOR =
      new ServiceDescriptor(
          "trial_find",
          List.of(),
          "finds items of its own kind; for stygian chaos",
          Journals.and(
              ConfigSchema.builder()
                  .required(
                      ITEMS, new ValueType.Whole(1, Integer.MAX_VALUE), "how many are submitted")),
          ServiceDescriptor.Work.WAITS,
          ServiceDescriptor.Finds.MORE_OF_ITS_OWN);

  private final Journals journals = new Journals();

  @Override
  public ServiceDescriptor descriptor() {
    return DESCRIPTOR;
  }

  @Override
  public Outcome execute(ServiceCall call) throws IOException, InterruptedException {
    int item = call.item().input().path(TrialService.NUMBER).asInt();
    Stamp stamp =
        journals.of(call).begin(item, GrowingPipeline.NODES.indexOf(call.node()), call.attempt());
    if (Fate.of(item) == Fate.DIES_EARLY) {
      return Outcome.permanent("it dies at its first node");
    }
    int submitted = Math.toIntExact(call.config().whole(ITEMS));
    call.fleet()
        .found(
            Arrays.stream(Growth.links(item, submitted))
                .mapToObj(link -> new Found("link/" + link, input(link)))
                .toList(),
            NO_LIMIT);
    Thread.sleep(Journals.duration(call));
    return Outcome.success(
        JsonNodeFactory.instance
            .objectNode()
            .put(TrialService.NUMBER, item)
            .put(call.node(), stamp.text()));
  }

  private static JsonNode input(int item) {
    return JsonNodeFactory.instance.objectNode().put(TrialService.NUMBER, item);
  }

  @Override
  public void close() {
    journals.close();
  }
}
