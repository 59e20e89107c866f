package dev.stygian.services.basic;

import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.service.ServiceDescriptor;
import dev.stygian.graph.settings.ConfigSchema;
import dev.stygian.graph.settings.ValueType;
import java.time.Duration;
import java.util.List;

/** Waits, then passes its input on; can fail a task's first attempts, to show what retries do. */
public final class DelayService implements ScrapingService {
  private static final ServiceDescriptor DESCRIPTOR =
      new ServiceDescriptor(
          "delay",
          List.of(),
          "waits, then passes its input on",
          ConfigSchema.builder()
              .withDefault(
                  "duration",
                  new ValueType.Span(0, Duration.ofDays(1).toMillis()),
                  "100ms",
                  "how long each attempt waits")
              .withDefault(
                  "fail_first",
                  new ValueType.Whole(0, 1000),
                  0,
                  "how many attempts of a task fail, retryably, after the wait")
              .optional(Passing.OUTPUT, new ValueType.Anything(), Passing.OUTPUT_HELP)
              .build());

  @Override
  public ServiceDescriptor descriptor() {
    return DESCRIPTOR;
  }

  @Override
  public Outcome execute(ServiceCall call) throws InterruptedException {
    Thread.sleep(call.config().duration("duration"));
    long failFirst = call.config().whole("fail_first");
    return call.attempt() <= failFirst
        ? Outcome.retryable(
            "attempt " + call.attempt() + " fails because fail_first = " + failFirst)
        : Outcome.success(Passing.output(call));
  }
}
