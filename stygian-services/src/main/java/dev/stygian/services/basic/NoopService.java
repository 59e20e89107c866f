package dev.stygian.services.basic;

import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.service.ServiceDescriptor;
import dev.stygian.graph.settings.ConfigSchema;
import dev.stygian.graph.settings.ValueType;
import java.util.List;

/** Passes its input on, or puts out what its config says. */
public final class NoopService implements ScrapingService {
  private static final ServiceDescriptor DESCRIPTOR =
      new ServiceDescriptor(
          "noop",
          List.of(),
          "passes its input on",
          ConfigSchema.builder()
              .optional(Passing.OUTPUT, new ValueType.Anything(), Passing.OUTPUT_HELP)
              .build(),
          ServiceDescriptor.Work.COMPUTES);

  @Override
  public ServiceDescriptor descriptor() {
    return DESCRIPTOR;
  }

  @Override
  public Outcome execute(ServiceCall call) {
    return Outcome.success(Passing.output(call));
  }
}
