package dev.stygian.bench.macro;

import dev.stygian.bench.measure.BenchCase;
import dev.stygian.bench.measure.BenchServer;
import dev.stygian.bench.measure.CaseReport;
import dev.stygian.bench.measure.Column;
import dev.stygian.bench.measure.Rounds;
import dev.stygian.bench.measure.Sample;
import dev.stygian.bench.measure.Setup;
import dev.stygian.bench.measure.Spread;
import java.util.ArrayList;
import java.util.List;

/**
 * How long an item waits, by the engine's worker, on an idle queue and at half of what the same
 * path can carry. Sent at a fixed rate and timed from when each was due. The reference, the idle
 * queue and the one at half load take turns.
 */
public final class LatencyCase implements BenchCase {
  private static final double IDLE_PER_SECOND = 100;
  private static final double IDLE_LENGTH = 2.5;
  private static final double LOADED_LENGTH = 1.5;
  private static final int FLOOD_ITEMS = 30_000;
  private static final int FEW_ITEMS = 100;
  private static final double FLOOD_PER_SECOND = 1e9;
  private static final Column SCRIPT = new Column("script_micros", "Redis us a script", 0);
  private static final List<String> NAMES =
      List.of(
          "idle, enqueue to start",
          "idle, completion to result",
          "half load, enqueue to start",
          "half load, completion to result",
          "LPUSH, BLPOP");

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
      server.watchSlowCommands(1);
      Spread most = carried(setup, server);
      String inFloods = server.slowCommands();
      server.watchSlowCommands(1);
      double half = Math.max(1, most.median() / 2);
      Rounds.Played played = played(setup, server, half);
      return List.of(
          new CaseReport(
              name(),
              "one node, inputs of %d B, %s; the path carries %s items/s"
                  .formatted(Inputs.BYTES, server.version(), most.text(0)),
              played.rows(Percentiles.P50, false),
              List.of(
                  "The ratio is that of the medians, p50. A round has %,d items idle, %,d at half"
                          .formatted(idleItems(setup), loadedItems(setup, half))
                      + " load; what the path carries was measured before, in floods.",
                  server.slowCommands(),
                  "In the floods, " + inFloods)));
    }
  }

  /** What the path carries, in floods after those that warm up. */
  private static Spread carried(Setup setup, BenchServer server) throws InterruptedException {
    Rounds floods = setup.rounds(2, 3);
    List<Double> perSecond = new ArrayList<>();
    for (int i = 0; i < floods.warmUps() + floods.counted(); i++) {
      int items = setup.count(FLOOD_ITEMS, FEW_ITEMS);
      perSecond.add(play(server, items, FLOOD_PER_SECOND).perSecond());
    }
    return Spread.of(perSecond.subList(floods.warmUps(), perSecond.size()));
  }

  private static Rounds.Played played(Setup setup, BenchServer server, double half)
      throws InterruptedException {
    double idle = setup.smoke() ? 10 * IDLE_PER_SECOND : IDLE_PER_SECOND;
    List<List<Sample>> samples = new ArrayList<>();
    NAMES.forEach(_ -> samples.add(new ArrayList<>()));
    for (int round = 0; round < setup.rounds(0, 3).counted(); round++) {
      server.empty();
      Percentiles bare = BarePush.play(server.url(), idleItems(setup), idle);
      BenchServer.Scripts before = server.scripts();
      TimedRun atRest = play(server, idleItems(setup), idle);
      BenchServer.Scripts between = server.scripts();
      TimedRun loaded = play(server, loadedItems(setup, half), half);
      double idleScript = between.microsPerCallSince(before);
      double loadedScript = server.scripts().microsPerCallSince(between);
      samples.get(0).add(atRest.toStart().sample(idle).with(SCRIPT, idleScript));
      samples.get(1).add(atRest.toResult().sample(idle).with(SCRIPT, idleScript));
      samples.get(2).add(loaded.toStart().sample(half).with(SCRIPT, loadedScript));
      samples.get(3).add(loaded.toResult().sample(half).with(SCRIPT, loadedScript));
      samples.get(4).add(bare.sample(idle));
    }
    return new Rounds.Played(NAMES, samples);
  }

  private static int idleItems(Setup setup) {
    return setup.count((int) (IDLE_LENGTH * setup.seconds() * IDLE_PER_SECOND), FEW_ITEMS);
  }

  private static int loadedItems(Setup setup, double perSecond) {
    return setup.count((int) (LOADED_LENGTH * setup.seconds() * perSecond), FEW_ITEMS);
  }

  private static TimedRun play(BenchServer server, int items, double perSecond)
      throws InterruptedException {
    server.empty();
    return TimedRun.play(server.url(), items, perSecond);
  }
}
