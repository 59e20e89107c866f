package dev.stygian.redis;

import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.service.ServiceDescriptor;
import dev.stygian.graph.service.ServiceRegistry;
import dev.stygian.graph.settings.ConfigSchema;
import dev.stygian.graph.settings.Environment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import tools.jackson.databind.node.JsonNodeFactory;

/** Services of a chain of two: one yields a page, the other tells its length. */
final class ChainServices {
  /** Pages that compression does not make much smaller. */
  static final int PAGE_CHARACTERS = 50_000;

  private final List<String> fetched = new ArrayList<>();
  private final List<String> measured = new ArrayList<>();

  /**
   * The registry.
   *
   * @param first the name of the service that yields pages
   */
  ServiceRegistry registry(String first) {
    return registry(new Service(first, this::fetch), new Service("measure", this::measure));
  }

  /** A registry whose second service never ends, and says when it is reached. */
  static ServiceRegistry thatStopsBetween(String first, Runnable reached) {
    return registry(
        new Service(first, new ChainServices()::fetch),
        new Service(
            "measure",
            call -> {
              reached.run();
              new CountDownLatch(1).await();
              return Outcome.permanent("not to be reached");
            }));
  }

  static String pipeline(String first, boolean checkpoint) {
    return """
    [execution]
    visibility_timeout = "3s"

    [[nodes]]
    id = "fetch"
    service = "%s"
    checkpoint = %s

    [[nodes]]
    id = "measure"
    service = "measure"
    depends_on = ["fetch"]
    """
        .formatted(first, checkpoint);
  }

  /** The items that were fetched. */
  synchronized List<String> fetched() {
    return List.copyOf(fetched);
  }

  /** The items that were measured. */
  synchronized List<String> measured() {
    return List.copyOf(measured);
  }

  private static ServiceRegistry registry(Service... services) {
    return ServiceRegistry.of(List.of(services), Environment.of(Map.of()));
  }

  private synchronized Outcome fetch(ServiceCall call) {
    fetched.add(call.item().id());
    Random random = new Random(call.item().id().hashCode());
    StringBuilder page = new StringBuilder();
    for (int i = 0; i < PAGE_CHARACTERS; i++) {
      page.append((char) ('0' + random.nextInt(75)));
    }
    return Outcome.success(JsonNodeFactory.instance.stringNode(page.toString()));
  }

  private synchronized Outcome measure(ServiceCall call) {
    measured.add(call.item().id());
    int length = call.input().orElseThrow().asString().length();
    return Outcome.success(JsonNodeFactory.instance.numberNode(length));
  }

  /** What a service does. */
  @FunctionalInterface
  private interface Action {
    Outcome on(ServiceCall call) throws Exception;
  }

  private record Service(String name, Action action) implements ScrapingService {
    @Override
    public ServiceDescriptor descriptor() {
      return new ServiceDescriptor(name, List.of(), "For tests.", ConfigSchema.builder().build());
    }

    @Override
    public Outcome execute(ServiceCall call) throws Exception {
      return action.on(call);
    }
  }
}
