package dev.stygian.bench.chaos;

import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.service.ServiceDescriptor;
import java.io.IOException;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The service of the growing trial's last two nodes: puts out all that was collected, or what that
 * came to, together with its own stamp. Public for {@link java.util.ServiceLoader}.
 */
public final class GatherService implements ScrapingService {
  private static final ServiceDescriptor DESCRIPTOR =
      new ServiceDescriptor(
          "trial_gather",
          List.of(),
          "puts out what was collected; for stygian chaos",
          Journals.config());

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
    Thread.sleep(Journals.duration(call));
    boolean collects = call.node().equals(GrowingPipeline.GATHER);
    if (collects && call.attempt() == 1 && Fate.of(item) == Fate.FAILS_LATE) {
      return Outcome.retryable("it fails once when its parts are collected");
    }
    ObjectNode output = JsonNodeFactory.instance.objectNode().put(TrialService.NUMBER, item);
    call.inputs().forEach(output::set);
    return Outcome.success(output.put(call.node(), stamp.text()));
  }

  @Override
  public void close() {
    journals.close();
  }
}
