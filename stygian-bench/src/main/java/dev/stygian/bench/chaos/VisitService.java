package dev.stygian.bench.chaos;

import dev.stygian.graph.service.Host;
import dev.stygian.graph.service.HostVisit;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.service.ServiceDescriptor;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The service of the growing trial's parts: visits the host that {@link Growth} names, which is
 * nowhere, in that host's lane and at its pace; puts out when that was. Public for {@link
 * java.util.ServiceLoader}.
 */
public final class VisitService implements ScrapingService {
  /** When a visit began and ended, by the machine's monotonic clock. */
  static final String FROM = "from";

  static final String TO = "to";

  private static final ServiceDescriptor DESCRIPTOR =
      new ServiceDescriptor(
          "trial_visit",
          List.of(),
          "waits in the lane of a host that is nowhere; for stygian chaos",
          Journals.config(),
          ServiceDescriptor.Work.VISITS_HOSTS);

  private final Journals journals = new Journals();

  @Override
  public ServiceDescriptor descriptor() {
    return DESCRIPTOR;
  }

  @Override
  public Optional<Host> host(ServiceCall call) {
    return Optional.of(new Host(hostName(call.item().input())));
  }

  private static String hostName(JsonNode value) {
    return Growth.hostName(
        Growth.host(value.path(TrialService.NUMBER).asInt(), value.path(CutService.PART).asInt()));
  }

  @Override
  public Outcome execute(ServiceCall call) throws IOException, InterruptedException {
    JsonNode value = call.item().input();
    int item = value.path(TrialService.NUMBER).asInt();
    int part = value.path(CutService.PART).asInt();
    long asked = System.nanoTime();
    if (!call.fleet().mayStart()) {
      return new Outcome.NotNow(true, Duration.ZERO);
    }
    Stamp stamp =
        journals
            .of(call)
            .begin(item, part, GrowingPipeline.NODES.indexOf(call.node()), call.attempt(), asked);
    long from = System.nanoTime();
    Duration takes = Journals.duration(call);
    // how long its host takes, not how long this process does: a paused one makes no host slow
    call.fleet()
        .visited(new HostVisit(hostName(value), from, takes, 0, new HostVisit.Answer.Fine()));
    Thread.sleep(takes);
    if (Growth.dies(item, part)) {
      return Outcome.permanent("this part dies at its host");
    }
    if (Growth.failsOnce(item, part) && call.attempt() == 1) {
      return Outcome.retryable("it fails at its first visit");
    }
    ObjectNode output = JsonNodeFactory.instance.objectNode();
    value.properties().forEach(field -> output.set(field.getKey(), field.getValue()));
    return Outcome.success(
        output.put(call.node(), stamp.text()).put(FROM, from).put(TO, System.nanoTime()));
  }

  @Override
  public void close() {
    journals.close();
  }
}
