package dev.stygian.graph.engine;

import dev.stygian.graph.service.Host;
import dev.stygian.graph.service.Outcome;
import dev.stygian.graph.service.ScrapingService;
import dev.stygian.graph.service.ServiceCall;
import dev.stygian.graph.service.ServiceDescriptor;
import dev.stygian.graph.service.ServiceDescriptor.Finds;
import dev.stygian.graph.service.ServiceDescriptor.Work;
import dev.stygian.graph.settings.ConfigSchema;
import dev.stygian.graph.settings.ValueType;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/** A service that does what a test says, and remembers its calls. */
final class ScriptedService implements ScrapingService {
  /** What a call does. */
  @FunctionalInterface
  interface Script {
    Outcome play(ServiceCall call) throws Exception;
  }

  private final String name;
  private final Script script;
  private final Work work;
  private Finds finds = Finds.NOTHING;
  private volatile Function<ServiceCall, Optional<Host>> hosts = ScriptedService::hostOf;
  final Queue<ServiceCall> calls = new ConcurrentLinkedQueue<>();

  /** One that may wait. */
  ScriptedService(String name, Script script) {
    this(name, script, Work.WAITS);
  }

  private ScriptedService(String name, Script script, Work work) {
    this.name = name;
    this.script = script;
    this.work = work;
  }

  /** One that only computes. */
  static ScriptedService computing(String name, Script script) {
    return new ScriptedService(name, script, Work.COMPUTES);
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
            .build(),
        work,
        finds);
  }

  /** One that visits the host of its item's URL, or of its input where that is a text. */
  static ScriptedService visiting(String name, Script script) {
    return new ScriptedService(name, script, Work.VISITS_HOSTS);
  }

  /** The same, which finds items that begin at its node. */
  ScriptedService finding() {
    finds = Finds.MORE_OF_ITS_OWN;
    return this;
  }

  /** The same, which splits its items into others. */
  ScriptedService splitting() {
    finds = Finds.FOR_ITS_SUCCESSORS;
    return this;
  }

  /** The same, which tells its hosts in another way. */
  ScriptedService telling(Function<ServiceCall, Optional<Host>> told) {
    hosts = told;
    return this;
  }

  private static Optional<Host> hostOf(ServiceCall call) {
    return call.input()
        .filter(JsonNode::isString)
        .map(JsonNode::asString)
        .or(() -> call.item().url())
        .map(url -> new Host(URI.create(url).getHost()));
  }

  @Override
  public Optional<Host> host(ServiceCall call) {
    return hosts.apply(call);
  }

  @Override
  public Outcome execute(ServiceCall call) throws Exception {
    calls.add(call);
    return script.play(call);
  }
}
