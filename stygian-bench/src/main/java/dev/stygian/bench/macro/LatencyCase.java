package dev.stygian.bench.macro;

import dev.stygian.bench.measure.BenchCase;
import dev.stygian.bench.measure.BenchServer;
import dev.stygian.bench.measure.CaseReport;
import dev.stygian.bench.measure.Column;
import dev.stygian.bench.measure.Row;
import dev.stygian.bench.measure.Setup;
import dev.stygian.bench.measure.Spread;
import java.util.ArrayList;
import java.util.List;

/**
 * How long an item waits, by the engine's worker, on an idle queue and at half of what the same
 * path can carry. Sent at a fixed rate and timed from when each was due.
 */
public final class LatencyCase implements BenchCase {
  private static final double IDLE_PER_SECOND = 100;
  private static final int IDLE_SECONDS = 10;
  private static final int FLOOD_ITEMS = 30_000;
  private static final int FEW_ITEMS = 100;
  private static final int WARM_UPS = 2;
  private static final double FLOOD_PER_SECOND = 1e9;

  @Override
  public String name() {
    return "latency";
  }

  @Override
  public String summary() {
    return "waiting times, idle and at half load, beside LPUSH and BLPOP";
  }

  @Override
  public List<CaseReport> run(Setup setup) throws Exception {
    try (BenchServer server = BenchServer.start(setup)) {
      int flood = setup.count(FLOOD_ITEMS, FEW_ITEMS);
      double most = play(server, flood, FLOOD_PER_SECOND).perSecond();
      for (int i = 0; !setup.smoke() && i < WARM_UPS; i++) {
        most = play(server, flood, FLOOD_PER_SECOND).perSecond();
      }
      server.watchSlowCommands(1);
      List<Row> rows = new ArrayList<>();
      int idle = setup.count((int) (IDLE_SECONDS * IDLE_PER_SECOND), FEW_ITEMS);
      double idleRate = setup.smoke() ? 10 * IDLE_PER_SECOND : IDLE_PER_SECOND;
      server.empty();
      Row bare = BarePush.play(server.url(), idle, idleRate).row("LPUSH, BLPOP", idleRate);
      add(rows, "idle", play(server, idle, idleRate), idleRate, bare);
      double half = Math.max(1, most / 2);
      int loaded = setup.count((int) (half * 3 * setup.seconds()), FEW_ITEMS);
      add(rows, "half load", play(server, loaded, half), half, bare);
      rows.add(bare.with(Column.RATIO, Spread.of(1)));
      return List.of(
          new CaseReport(
              name(),
              "one node, inputs of %d B, %s; the path carries %,.0f items/s"
                  .formatted(Inputs.BYTES, server.version(), most),
              rows,
              List.of(server.slowCommands())));
    }
  }

  private static TimedRun play(BenchServer server, int items, double perSecond)
      throws InterruptedException {
    server.empty();
    return TimedRun.play(server.url(), items, perSecond);
  }

  private static void add(List<Row> rows, String name, TimedRun run, double perSecond, Row bare) {
    for (Row row :
        List.of(
            run.toStart().row(name + ", enqueue to start", perSecond),
            run.toResult().row(name + ", completion to result", perSecond))) {
      double ratio = bare.median(Percentiles.P50) / row.median(Percentiles.P50);
      rows.add(row.with(Column.RATIO, Spread.of(ratio)));
    }
  }
}
