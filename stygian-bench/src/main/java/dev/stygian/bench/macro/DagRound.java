package dev.stygian.bench.macro;

import dev.stygian.bench.measure.BenchServer;
import dev.stygian.bench.measure.Column;
import dev.stygian.bench.measure.Meter;
import dev.stygian.bench.measure.Sample;
import dev.stygian.graph.engine.DagExecutor;
import dev.stygian.graph.engine.DistributedDagExecutor;
import dev.stygian.graph.engine.RunDefinition;
import dev.stygian.graph.pipeline.Pipeline;
import dev.stygian.graph.pipeline.PipelineFormat;
import dev.stygian.graph.pipeline.PipelineParser;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.WorkQueue;
import dev.stygian.graph.service.ServiceRegistry;
import dev.stygian.redis.RedisSettings;
import dev.stygian.redis.RedisWorkQueue;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import tools.jackson.databind.JsonNode;

/** Runs of one shape, by each of those who can. */
final class DagRound {
  static final Column NODES = new Column("nodes_per_second", "nodes/s", 0);
  static final Column ITEMS = new Column("items_per_second", "items/s", 0);
  static final int SLOTS = 4 * Runtime.getRuntime().availableProcessors();

  private static final RunId RUN = new RunId("bench");

  private final Shape shape;
  private final BenchServer server;
  private final ServiceRegistry registry;
  private final RunDefinition definition;
  private final HandWrittenLoop loop;

  DagRound(Shape shape, BenchServer server, ServiceRegistry registry) {
    this.shape = shape;
    this.server = server;
    this.registry = registry;
    Pipeline pipeline =
        new PipelineParser(registry.schemas(), registry::canonical, registry::fansOut)
            .parse(shape.toml(), shape.name(), PipelineFormat.TOML);
    this.definition = RunDefinition.of(pipeline, registry, false, Optional.empty());
    this.loop = new HandWrittenLoop(shape, registry.service("noop"));
  }

  Sample local(int items) throws InterruptedException {
    CountingSink sink = new CountingSink();
    try (DagExecutor executor = new DagExecutor(registry, SLOTS)) {
      Meter meter = Meter.start();
      executor.run(RUN, definition, inputs(items), _ -> sink);
      return sample(items, sink.count(), meter.stop());
    }
  }

  Sample distributed(int items) throws InterruptedException {
    server.empty();
    CountingSink sink = new CountingSink();
    try (WorkQueue queue =
            RedisWorkQueue.open(RedisSettings.of(server.url()).withQueueName("bench"));
        DistributedDagExecutor executor = new DistributedDagExecutor(queue, registry, SLOTS)) {
      Meter meter = Meter.start(server, List.of());
      executor.run(RUN, definition, inputs(items), "bench", _ -> sink);
      return sample(items, sink.count(), meter.stop());
    }
  }

  Sample handWritten(int items) throws InterruptedException {
    Meter meter = Meter.start();
    long results = loop.run(items, SLOTS);
    return sample(items, results, meter.stop());
  }

  private static Iterator<JsonNode> inputs(int items) {
    return LongStream.range(0, items).<JsonNode>mapToObj(Inputs::input).iterator();
  }

  private Sample sample(int items, long results, Meter.Reading reading) {
    long expected = (long) items * shape.results();
    if (results != expected) {
      throw new IllegalStateException(
          results + " results of " + expected + " for the shape " + shape.name());
    }
    double nodes = (double) items * shape.steps().size();
    return new Sample(Map.of())
        .with(NODES, nodes / reading.seconds())
        .with(ITEMS, items / reading.seconds())
        .with(reading.usage(), nodes);
  }
}
