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
import dev.stygian.bench.measure.WarmUp;
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
 * arithmetic: as many tasks a second as workers can wait for, if nothing else took any time. The
 * numbers of processes take turns.
 */
public final class ScaleCase implements BenchCase {
  static final int WORKERS = 50;
  static final double TASK_SECONDS = 0.1;

  private static final Column TASKS = new Column("tasks_per_second", "tasks/s", 0);
  private static final Column LIMIT = new Column("limit_per_second", "limit", 0);

  /** In rounds' lengths: a wait is to be little beside a round. */
  private static final double LENGTH = 2;

  /** All processes at once; one of them alone would find the cores free. */
  private static final WarmUp WARM_UP = new WarmUp(4, 10);

  private static final double WARM_UP_SECONDS = 2;
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
    List<Integer> counts = setup.smoke() ? List.of(1, 2) : List.of(1, 2, 4, 8);
    try (BenchServer server = BenchServer.start(setup);
        ServiceRegistry registry = ServiceRegistry.defaultWithEnv()) {
      List<ChildJvm> children = new ArrayList<>();
      try {
        while (children.size() < counts.getLast()) {
          children.add(ChildJvm.start(EngineWorkerProcess.class, List.of("-Xmx128m")));
        }
        return List.of(report(server, rows(setup, counts, server, registry, children)));
      } finally {
        children.forEach(ChildJvm::close);
      }
    }
  }

  private CaseReport report(BenchServer server, List<Row> rows) {
    return new CaseReport(
        name(),
        "delay of 100 ms, %d workers a process (-Xmx128m), %s".formatted(WORKERS, server.version()),
        rows,
        List.of(
            "The ratio is to the arithmetic limit, %d tasks/s a process."
                .formatted((int) limit(1))));
  }

  private static List<Row> rows(
      Setup setup,
      List<Integer> counts,
      BenchServer server,
      ServiceRegistry registry,
      List<ChildJvm> children)
      throws Exception {
    if (!setup.smoke()) {
      int tasks = tasks(children.size(), WARM_UP_SECONDS);
      WARM_UP.play(children, () -> play(server, registry, children, tasks));
    }
    List<Contender> contenders = new ArrayList<>();
    for (int processes : counts) {
      int tasks = tasks(processes, setup.smoke() ? 0.4 : LENGTH * setup.seconds());
      contenders.add(
          new Contender(
              processes + (processes == 1 ? " process" : " processes"),
              () ->
                  play(server, registry, children.subList(0, processes), tasks)
                      .with(LIMIT, limit(processes))));
    }
    return setup.rounds(0, 2).play(contenders).rowsBeside(TASKS, LIMIT);
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
      int slots = children.size() * WORKERS;
      CountingSink sink = new CountingSink(tasks - (long) slots);
      Meter meter = Meter.start(server, children);
      String order = EngineWorkerProcess.START + " " + server.url() + " " + WORKERS;
      tellAll(children, order);
      new ResultDelivery(queue.ledger(), RUN, "scale").deliverAll(_ -> sink);
      tellAll(children, EngineWorkerProcess.STOP);
      Meter.Reading reading = meter.stop();
      if (sink.count() != tasks) {
        throw new IllegalStateException(sink.count() + " results of " + tasks + " tasks");
      }
      // the first of all waits end together with the first result, and then the clock starts; it
      // stops before the last ones, when not all slots have something to wait for
      double timed = tasks - 2.0 * slots;
      return new Sample(Map.of()).with(TASKS, timed / sink.seconds()).with(reading.usage(), tasks);
    }
  }
}
