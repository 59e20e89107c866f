package dev.stygian.bench.macro;

import dev.stygian.bench.measure.BenchCase;
import dev.stygian.bench.measure.BenchServer;
import dev.stygian.bench.measure.CaseReport;
import dev.stygian.bench.measure.ChildJvm;
import dev.stygian.bench.measure.Column;
import dev.stygian.bench.measure.Contender;
import dev.stygian.bench.measure.Meter;
import dev.stygian.bench.measure.Row;
import dev.stygian.bench.measure.Sample;
import dev.stygian.bench.measure.Setup;
import dev.stygian.bench.measure.Spread;
import dev.stygian.graph.engine.ResultDelivery;
import dev.stygian.graph.engine.Submitter;
import dev.stygian.graph.pipeline.Pipeline;
import dev.stygian.graph.pipeline.PipelineFormat;
import dev.stygian.graph.pipeline.PipelineParser;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.WorkQueue;
import dev.stygian.graph.service.ServiceRegistry;
import dev.stygian.redis.RedisSettings;
import dev.stygian.redis.RedisWorkQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import tools.jackson.databind.JsonNode;

/**
 * Tasks that wait a tenth of a second, on more and more worker processes. The reference is
 * arithmetic: as many tasks a second as workers can wait for, if nothing else took any time.
 */
public final class ScaleCase implements BenchCase {
  static final int WORKERS = 50;
  static final double TASK_SECONDS = 0.1;

  private static final Column TASKS = new Column("tasks_per_second", "tasks/s", 0);
  private static final RunId RUN = new RunId("scale");
  private static final String PIPELINE =
      """
      id = "scale"
      [[nodes]]
      id = "wait"
      service = "delay"
      config = { duration = "100ms" }
      """;

  @Override
  public String name() {
    return "scale";
  }

  @Override
  public String summary() {
    return "tasks that wait 100 ms, on 1 to 8 worker processes, beside the arithmetic limit";
  }

  @Override
  public List<CaseReport> run(Setup setup) throws Exception {
    List<Row> rows = new ArrayList<>();
    String version;
    try (BenchServer server = BenchServer.start(setup);
        ServiceRegistry registry = ServiceRegistry.defaultWithEnv()) {
      version = server.version();
      List<ChildJvm> children = new ArrayList<>();
      try {
        for (int processes : setup.smoke() ? List.of(1, 2) : List.of(1, 2, 4, 8)) {
          while (children.size() < processes) {
            children.add(ChildJvm.start(EngineWorkerProcess.class, List.of("-Xmx128m")));
          }
          int tasks = tasks(processes, setup.smoke() ? 0.2 : 2.0 * setup.seconds());
          Contender ours =
              new Contender(
                  processes + (processes == 1 ? " process" : " processes"),
                  () -> play(server, registry, children, tasks));
          Row row = setup.rounds(1, 1).play(List.of(ours), TASKS, true).getFirst();
          double share = row.median(TASKS) / limit(processes);
          rows.add(row.with(Column.RATIO, Spread.of(share)));
        }
      } finally {
        children.forEach(ChildJvm::close);
      }
    }
    return List.of(
        new CaseReport(
            name(),
            "delay of 100 ms, %d workers a process (-Xmx128m), %s".formatted(WORKERS, version),
            rows,
            List.of(
                "The ratio is to the arithmetic limit, %d tasks/s a process."
                    .formatted((int) limit(1)))));
  }

  /** Tasks a second, if the wait were all that takes time. */
  static double limit(int processes) {
    return processes * WORKERS / TASK_SECONDS;
  }

  /** As many tasks as fill all workers for about so long, each the same number of times. */
  static int tasks(int processes, double seconds) {
    return processes * WORKERS * (int) Math.ceil(seconds / TASK_SECONDS);
  }

  private static void tellAll(List<ChildJvm> children, String order) {
    children.forEach(child -> child.order(order));
    children.forEach(ChildJvm::answer);
  }

  private static Sample play(
      BenchServer server, ServiceRegistry registry, List<ChildJvm> children, int tasks)
      throws InterruptedException {
    server.empty();
    Pipeline pipeline =
        new PipelineParser(registry.schemas(), registry::canonical, registry::fansOut)
            .parse(PIPELINE, "scale.toml", PipelineFormat.TOML);
    try (WorkQueue queue =
        RedisWorkQueue.open(RedisSettings.of(server.url()).withQueueName("bench"))) {
      Submitter.open(queue, RUN, pipeline, registry, false)
          .submitAll(LongStream.range(0, tasks).<JsonNode>mapToObj(Inputs::input).iterator());
      CountingSink sink = new CountingSink();
      Meter meter = Meter.start(server, children);
      String order = EngineWorkerProcess.START + " " + server.url() + " " + WORKERS;
      tellAll(children, order);
      new ResultDelivery(queue.ledger(), RUN, "scale").deliverAll(_ -> sink);
      tellAll(children, EngineWorkerProcess.STOP);
      Meter.Reading reading = meter.stop();
      if (sink.count() != tasks) {
        throw new IllegalStateException(sink.count() + " results of " + tasks + " tasks");
      }
      // the first of all waits end together with the first result, and then the clock starts
      double timed = tasks - (double) children.size() * WORKERS;
      return new Sample(Map.of()).with(TASKS, timed / sink.seconds()).with(reading.usage(), tasks);
    }
  }
}
