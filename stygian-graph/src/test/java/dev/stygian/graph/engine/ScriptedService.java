package dev.stygian.graph.engine;

import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.service.ServiceDescriptor;
import dev.stygian.graph.settings.ConfigSchema;
import dev.stygian.graph.settings.ValueType;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A service that does what a test says, and remembers its calls. */
final class ScriptedService implements ScrapingService {
  /** What a call does. */
  @FunctionalInterface
  interface Script {
    Outcome play(ServiceCall call) throws Exception;
  }

  private final String name;
  private final Script script;
  final Queue<ServiceCall> calls = new ConcurrentLinkedQueue<>();

  ScriptedService(String name, Script script) {
    this.name = name;
    this.script = script;
  }

  @Override
  public ServiceDescriptor descriptor() {
    return new ServiceDescriptor(
        name,
        List.of(),
        "For tests.",
        ConfigSchema.builder()
            .optional("word", new ValueType.Text(), "A word.")
            .withDefault("limit", new ValueType.Whole(0, 9), 7, "A number.")
            .build());
  }

  @Override
  public Outcome execute(ServiceCall call) throws Exception {
    calls.add(call);
    return script.play(call);
  }
}
