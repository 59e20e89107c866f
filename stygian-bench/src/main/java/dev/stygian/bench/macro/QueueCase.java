package dev.stygian.bench.macro;

import dev.stygian.bench.measure.BenchCase;
import dev.stygian.bench.measure.BenchServer;
import dev.stygian.bench.measure.CaseReport;
import dev.stygian.bench.measure.ChildJvm;
import dev.stygian.bench.measure.Column;
import dev.stygian.bench.measure.Contender;
import dev.stygian.bench.measure.Rounds;
import dev.stygian.bench.measure.Row;
import dev.stygian.bench.measure.Sample;
import dev.stygian.bench.measure.Setup;
import dev.stygian.bench.measure.WarmUp;
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
  private static final Column TO_FIRST = new Column("times_first_row", "times the first row", 2);
  private static final WarmUp WARM_UP = new WarmUp(2, 5);

  /** A process that has just started compiles beside all others on the same cores. */
  private static final WarmUp WARM_UP_PROCESSES = new WarmUp(2, 12);

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
    for (List<QueueVariant> group : QueueVariant.groups(setup.count(MANY_LANES, FEW_TASKS / 20))) {
      List<QueueVariant> wanted = group.stream().filter(v -> isWanted(setup, v)).toList();
      if (!wanted.isEmpty()) {
        try (BenchServer server = BenchServer.start(setup, wanted.getFirst().persistence())) {
          version = server.version();
          rows.addAll(measure(setup, wanted, server));
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

  private static boolean isWanted(Setup setup, QueueVariant variant) {
    boolean isServersOwn = setup.redisUrl().isPresent() && variant.isPersistent();
    return setup.wants(variant.name()) && !isServersOwn;
  }

  private static List<Row> measure(Setup setup, List<QueueVariant> group, BenchServer server)
      throws Exception {
    QueueVariant first = group.getFirst();
    List<ChildJvm> ourChildren = children(first.processes());
    List<ChildJvm> bareChildren = children(first.processes());
    try {
      List<Contender> contenders = new ArrayList<>();
      for (QueueVariant variant : group) {
        QueueRound ours = new QueueRound(setup, variant, server, ourChildren, true);
        int tasks = tasks(setup, variant, ours, ourChildren);
        contenders.add(new Contender(variant.name(), () -> ours.play(tasks)));
      }
      QueueRound bare = new QueueRound(setup, first, server, bareChildren, false);
      int tasks = tasks(setup, first, bare, bareChildren);
      contenders.add(new Contender(first.name() + ", bare scripts", () -> bare.play(tasks)));
      Rounds.Played played = setup.rounds(0, first.rounds()).play(contenders);
      List<Row> rows = played.rows(QueueRound.CYCLES, true);
      for (int i = 1; i < group.size(); i++) {
        rows.set(i, rows.get(i).with(TO_FIRST, played.ratio(0, i, QueueRound.CYCLES)));
      }
      return rows;
    } finally {
      ourChildren.forEach(ChildJvm::close);
      bareChildren.forEach(ChildJvm::close);
    }
  }

  /** Warms up; returns how many tasks make a round. */
  private static int tasks(
      Setup setup, QueueVariant variant, QueueRound round, List<ChildJvm> children)
      throws Exception {
    int tasks = FEW_TASKS;
    if (!setup.smoke()) {
      int first = Math.max(FIRST_TASKS, variant.lanes() * 4);
      WarmUp warmUp = children.isEmpty() ? WARM_UP : WARM_UP_PROCESSES;
      Sample last = warmUp.play(children, () -> round.play(first));
      tasks = (int) Math.min(MOST_TASKS, last.value(QueueRound.CYCLES) * setup.seconds());
      tasks = Math.max(tasks, variant.lanes() * LEAST_PER_LANE);
    }
    int whole = variant.lanes() * setup.threads();
    return Math.max(whole, tasks - tasks % whole);
  }

  private static List<ChildJvm> children(int processes) {
    List<ChildJvm> all = new ArrayList<>();
    for (int i = 0; i < processes; i++) {
      all.add(ChildJvm.start(QueueWorkerProcess.class, List.of()));
    }
    return all;
  }
}
