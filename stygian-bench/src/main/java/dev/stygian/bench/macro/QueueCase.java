package dev.stygian.bench.macro;

import dev.stygian.bench.measure.BenchCase;
import dev.stygian.bench.measure.BenchServer;
import dev.stygian.bench.measure.CaseReport;
import dev.stygian.bench.measure.ChildJvm;
import dev.stygian.bench.measure.Contender;
import dev.stygian.bench.measure.Row;
import dev.stygian.bench.measure.Setup;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/**
 * Whole life cycles of tasks that do nothing, at the level of the port {@code WorkQueue}: first all
 * are enqueued, then all are leased, completed and their results read. The reference is what the
 * same client does with scripts that guarantee nothing.
 */
public final class QueueCase implements BenchCase {
  private static final int MANY_LANES = 10_000;
  private static final int FEW_TASKS = 400;
  private static final int FIRST_TASKS = 40_000;
  private static final int LEAST_PER_LANE = 20;
  private static final int MOST_TASKS = 800_000;
  private static final double LEAST_WARM_UP_SECONDS = 2;
  private static final double MOST_WARM_UP_SECONDS = 12;

  /** Of the time of a round, summed over the compiler threads. */
  private static final double SETTLED_COMPILING = 0.1;

  @Override
  public String name() {
    return "queue";
  }

  @Override
  public String summary() {
    return "life cycles of tasks in the queue, beside scripts without guarantees";
  }

  @Override
  public List<CaseReport> run(Setup setup) throws Exception {
    List<Row> rows = new ArrayList<>();
    String version = "";
    for (QueueVariant variant : QueueVariant.all(setup.count(MANY_LANES, FEW_TASKS / 20))) {
      boolean isServersOwn = setup.redisUrl().isPresent() && variant.isPersistent();
      if (setup.wants(variant.name()) && !isServersOwn) {
        try (BenchServer server = BenchServer.start(setup, variant.persistence())) {
          version = server.version();
          rows.addAll(measure(setup, variant, server));
        }
      }
    }
    return List.of(
        new CaseReport(
            name(),
            "%s, tasks of %d B with results of %d B, batches of %d, %d threads"
                .formatted(version, Inputs.BYTES, Inputs.BYTES, setup.batch(), setup.threads()),
            rows,
            List.of()));
  }

  private static List<Row> measure(Setup setup, QueueVariant variant, BenchServer server)
      throws Exception {
    List<ChildJvm> ourChildren = children(variant.processes());
    List<ChildJvm> bareChildren = children(variant.processes());
    try {
      QueueRound ours = new QueueRound(setup, variant, server, ourChildren, true);
      QueueRound bare = new QueueRound(setup, variant, server, bareChildren, false);
      int tasks = FEW_TASKS;
      if (!setup.smoke()) {
        double perSecond = warmUp(ours, variant);
        warmUp(bare, variant);
        tasks = (int) Math.min(MOST_TASKS, perSecond * setup.seconds());
        tasks = Math.max(tasks, variant.lanes() * LEAST_PER_LANE);
      }
      int whole = variant.lanes() * setup.threads();
      int even = Math.max(whole, tasks - tasks % whole);
      return setup
          .rounds(0, variant.rounds())
          .play(
              List.of(
                  new Contender(variant.name(), () -> ours.play(even)),
                  new Contender(variant.name() + ", bare scripts", () -> bare.play(even))),
              QueueRound.CYCLES,
              true);
    } finally {
      ourChildren.forEach(ChildJvm::close);
      bareChildren.forEach(ChildJvm::close);
    }
  }

  private static List<ChildJvm> children(int processes) {
    List<ChildJvm> all = new ArrayList<>();
    for (int i = 0; i < processes; i++) {
      all.add(ChildJvm.start(QueueWorkerProcess.class, List.of()));
    }
    return all;
  }

  /**
   * Plays until the compiler has little to do any more, within bounds; returns the life cycles per
   * second of the end.
   */
  private static double warmUp(QueueRound round, QueueVariant variant) throws Exception {
    CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    long begin = System.nanoTime();
    int tasks = Math.max(FIRST_TASKS, variant.lanes() * 4);
    while (true) {
      long compiled = compiler.getTotalCompilationTime();
      long roundBegin = System.nanoTime();
      double perSecond = round.play(tasks).value(QueueRound.CYCLES);
      long now = System.nanoTime();
      double compiling = (compiler.getTotalCompilationTime() - compiled) * 1e6 / (now - roundBegin);
      double seconds = (now - begin) / 1e9;
      if (seconds > MOST_WARM_UP_SECONDS
          || (seconds > LEAST_WARM_UP_SECONDS && compiling < SETTLED_COMPILING)) {
        return perSecond;
      }
    }
  }
}
