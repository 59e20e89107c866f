package dev.stygian.bench.macro;

import dev.stygian.bench.measure.BenchCase;
import dev.stygian.bench.measure.BenchServer;
import dev.stygian.bench.measure.CaseReport;
import dev.stygian.bench.measure.Column;
import dev.stygian.bench.measure.Contender;
import dev.stygian.bench.measure.Row;
import dev.stygian.bench.measure.Sample;
import dev.stygian.bench.measure.Setup;
import dev.stygian.graph.service.ServiceRegistry;
import java.util.ArrayList;
import java.util.List;

/**
 * Whole runs of graphs whose nodes do nothing, by the executors that users call. The reference is a
 * loop that calls the same services.
 */
public final class DagCase implements BenchCase {
  private static final Column QUEUE_TASKS =
      new Column("queue_tasks_per_item", "queue tasks per item", 2);

  private static final int FEW_ITEMS = 100;
  private static final int FIRST_ITEMS = 5_000;
  private static final int WARM_UPS = 3;

  @Override
  public String name() {
    return "dag";
  }

  @Override
  public String summary() {
    return "graphs of nodes that do nothing, beside a loop without an engine";
  }

  @Override
  public List<CaseReport> run(Setup setup) throws Exception {
    List<Row> rows = new ArrayList<>();
    try (BenchServer server = BenchServer.start(setup);
        ServiceRegistry registry = ServiceRegistry.defaultWithEnv()) {
      for (Shape shape : Shape.all()) {
        if (setup.wants(shape.name())) {
          rows.addAll(measure(setup, shape, server, registry));
        }
      }
      String title =
          "noop nodes, inputs of %d B, %d workers, %s"
              .formatted(Inputs.BYTES, DagRound.SLOTS, server.version());
      return List.of(
          new CaseReport(
              name(),
              title,
              rows,
              List.of(
                  "CPU and allocation are per node; \"queue tasks per item\" is the time of an item"
                      + " in that of a task of the case `queue` (1 lane), measured right after"
                      + " it.")));
    }
  }

  private static List<Row> measure(
      Setup setup, Shape shape, BenchServer server, ServiceRegistry registry) throws Exception {
    DagRound round = new DagRound(shape, server, registry);
    QueueRound queue = new QueueRound(setup, QueueVariant.one(), server, List.of(), true);
    int local = items(setup, round::local);
    int distributed = items(setup, round::distributed);
    int handWritten = items(setup, round::handWritten);
    int tasks = setup.count(8 * FIRST_ITEMS, 4 * FEW_ITEMS);
    return setup
        .rounds(1, 3)
        .play(
            List.of(
                new Contender(shape.name() + ", local", () -> round.local(local)),
                new Contender(
                    shape.name() + ", distributed",
                    () -> withQueueTasks(round.distributed(distributed), queue.play(tasks))),
                new Contender(
                    shape.name() + ", hand-written", () -> round.handWritten(handWritten))),
            DagRound.NODES,
            true);
  }

  private static Sample withQueueTasks(Sample item, Sample task) {
    return item.with(QUEUE_TASKS, task.value(QueueRound.CYCLES) / item.value(DagRound.ITEMS));
  }

  /**
   * Warms up; returns how many items make a round of about a third of the time that was asked for.
   */
  private static int items(Setup setup, Play play) throws InterruptedException {
    if (setup.smoke()) {
      return FEW_ITEMS;
    }
    double perSecond = 1;
    for (int i = 0; i < WARM_UPS; i++) {
      perSecond = play.items(FIRST_ITEMS).value(DagRound.ITEMS);
    }
    return (int) Math.max(FIRST_ITEMS, perSecond * setup.seconds() / 3);
  }

  /** Runs so many items. */
  @FunctionalInterface
  private interface Play {
    Sample items(int count) throws InterruptedException;
  }
}
