package dev.stygian.bench.macro;

import dev.stygian.graph.item.Item;
import dev.stygian.graph.service.EgressRule;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.settings.Config;
import dev.stygian.graph.settings.Environment;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * What somebody writes who needs no engine: a virtual thread for each item that calls the services
 * of the nodes one after the other, a bounded number of items at once. Nothing is retried, counted
 * or remembered.
 */
final class HandWrittenLoop {
  private static final EgressRule ANYWHERE = new EgressRule(true, Set.of());

  private final Shape shape;
  private final ScrapingService service;
  private final Config config;

  HandWrittenLoop(Shape shape, ScrapingService service) {
    this.shape = shape;
    this.service = service;
    this.config =
        Config.of(
            service.descriptor().config(),
            JsonNodeFactory.instance.objectNode(),
            Environment.ofProcess());
  }

  /** Executes all items; returns how many results there were. */
  long run(int items, int atOnce) throws InterruptedException {
    LongAdder results = new LongAdder();
    Semaphore permits = new Semaphore(atOnce);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < items; i++) {
        Item item = new Item(Integer.toString(i), Inputs.input(i));
        permits.acquire();
        var _ =
            threads.submit(() -> {
              try {
                results.add(execute(item));
              } finally {
                permits.release();
              }
              return true;
            });
      }
    }
    return results.sum();
  }

  private int execute(Item item) throws Exception {
    Map<String, JsonNode> outputs = new HashMap<>();
    for (Shape.Step step : shape.steps()) {
      outputs.put(step.node(), call(step, item, inputs(step.after(), outputs)));
    }
    return shape.results();
  }

  private JsonNode call(Shape.Step step, Item item, Map<String, JsonNode> inputs) throws Exception {
    ServiceCall call =
        new ServiceCall("shape", step.node(), 1, item, config, inputs, ANYWHERE, Optional.empty());
    return switch (service.execute(call)) {
      case Outcome.Success success -> success.output();
      case Outcome.NotNow _,
          Outcome.Elsewhere _,
          Outcome.NoVisit _,
          Outcome.Became _,
          Outcome.Excluded _ ->
          throw new IllegalStateException("it visits no host");
      case Outcome.Retryable failed -> throw new IllegalStateException(failed.reason());
      case Outcome.Permanent failed -> throw new IllegalStateException(failed.reason());
      case Outcome.RateLimited failed -> throw new IllegalStateException(failed.reason());
    };
  }

  private static Map<String, JsonNode> inputs(List<String> after, Map<String, JsonNode> outputs) {
    Map<String, JsonNode> inputs = new LinkedHashMap<>();
    for (String node : after) {
      inputs.put(node, outputs.getOrDefault(node, JsonNodeFactory.instance.nullNode()));
    }
    return inputs;
  }
}
