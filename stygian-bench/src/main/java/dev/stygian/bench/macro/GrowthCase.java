package dev.stygian.bench.macro;

import dev.stygian.bench.measure.BenchCase;
import dev.stygian.bench.measure.BenchServer;
import dev.stygian.bench.measure.CaseReport;
import dev.stygian.bench.measure.ChildJvm;
import dev.stygian.bench.measure.Column;
import dev.stygian.bench.measure.Contender;
import dev.stygian.bench.measure.Rounds;
import dev.stygian.bench.measure.Row;
import dev.stygian.bench.measure.Setup;
import dev.stygian.bench.measure.WarmUp;
import java.util.ArrayList;
import java.util.List;

/**
 * What a task costs, in time and in the server's memory, with more and more tasks waiting; producer
 * and worker are processes of small heaps. The reference is the least number of tasks that wait.
 * Each number waits on a server of its own, so that they take turns; then the largest run is
 * brought to its end, and watched as it leaves.
 */
public final class GrowthCase implements BenchCase {
  private static final List<String> SMALL = List.of("-Xmx128m");
  private static final int LEAST = 10_000;
  private static final int SLOW_MILLIS = 5;

  /** Of as many tasks as wait least: fewer would cost less than the clock of CPU time can tell. */
  private static final int STEPS = 4;

  /** Its first round fills the queues, which warms the producer alone. */
  private static final WarmUp WARM_UP = new WarmUp(2, 12);

  @Override
  public String name() {
    return "growth";
  }

  @Override
  public String summary() {
    return "what a task costs while many others wait, beside few that wait";
  }

  @Override
  public List<CaseReport> run(Setup setup) throws Exception {
    int least = setup.count(LEAST, 200);
    List<Integer> depths = new ArrayList<>(List.of(least, 10 * least, 100 * least));
    if (setup.full()) {
      depths.add(1000 * least);
    }
    List<BenchServer> servers = new ArrayList<>();
    try (ChildJvm producer = ChildJvm.start(GrowthProcess.class, SMALL);
        ChildJvm worker = ChildJvm.start(GrowthProcess.class, SMALL)) {
      List<GrowingQueue> queues = new ArrayList<>();
      for (int depth : depths) {
        if (servers.isEmpty() || setup.redisUrl().isEmpty()) {
          servers.add(BenchServer.start(setup));
          servers.getLast().watchSlowCommands(SLOW_MILLIS);
        }
        boolean isShared = setup.redisUrl().isPresent();
        queues.add(
            new GrowingQueue(
                servers.getLast(), isShared, producer, worker, setup.batch(), depth, least));
      }
      List<Row> rows = rows(setup, queues, List.of(producer, worker));
      List<String> notes =
          new ArrayList<>(
              List.of(
                  "The ratio is that of the CPU of client and Redis together: above 1 a task costs"
                      + " less than at %,d.".formatted(least)));
      for (int i = 0; i < servers.size(); i++) {
        String where = servers.size() == 1 ? "" : "%,d waiting: ".formatted(depths.get(i));
        notes.add(where + servers.get(i).slowCommands());
      }
      notes.addAll(queues.getLast().finish(setup.threads(), SLOW_MILLIS));
      return List.of(
          new CaseReport(
              name(),
              "tasks of %d B, batches of %d, producer and worker with -Xmx128m, %s"
                  .formatted(Inputs.BYTES, setup.batch(), servers.getFirst().version()),
              rows,
              notes));
    } finally {
      servers.forEach(BenchServer::close);
    }
  }

  private static List<Row> rows(Setup setup, List<GrowingQueue> queues, List<ChildJvm> processes)
      throws Exception {
    int steps = setup.count(STEPS, 1);
    if (!setup.smoke()) {
      WARM_UP.play(
          processes,
          () -> {
            for (GrowingQueue queue : queues) {
              queue.play(1);
            }
            return true;
          });
    }
    List<Contender> contenders =
        queues.stream()
            .map(queue ->
                new Contender("%,d waiting".formatted(queue.depth()), () -> queue.play(steps)))
            .toList();
    Rounds.Played played = setup.rounds(0, 3).play(contenders);
    List<Row> rows = new ArrayList<>();
    List<Row> toTheLast = played.rows(GrowingQueue.CPU, false);
    for (int i = 0; i < toTheLast.size(); i++) {
      rows.add(toTheLast.get(i).with(Column.RATIO, played.ratio(0, i, GrowingQueue.CPU)));
    }
    return rows;
  }
}
