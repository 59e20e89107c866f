package dev.stygian.bench.macro;

import dev.stygian.bench.measure.BenchCase;
import dev.stygian.bench.measure.BenchServer;
import dev.stygian.bench.measure.CaseReport;
import dev.stygian.bench.measure.ChildJvm;
import dev.stygian.bench.measure.Column;
import dev.stygian.bench.measure.Meter;
import dev.stygian.bench.measure.Row;
import dev.stygian.bench.measure.Sample;
import dev.stygian.bench.measure.Setup;
import dev.stygian.bench.measure.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a task costs, in time and in the server's memory, with more and more tasks waiting; producer
 * and worker are processes of small heaps. The reference is the first row.
 */
public final class GrowthCase implements BenchCase {
  private static final Column CPU = new Column("cpu_micros", "CPU us", 2);
  private static final Column TASKS = new Column("tasks_per_second", "tasks/s", 0);
  private static final Column BYTES = new Column("redis_bytes_per_waiting", "Redis B waiting", 0);
  private static final Column BESIDE =
      new Column("redis_bytes_beside_payload", "beside payload", 0);
  private static final Column PRODUCER = new Column("producer_heap_mb", "producer heap MB", 1);
  private static final Column WORKER = new Column("worker_heap_mb", "worker heap MB", 1);

  private static final List<String> SMALL = List.of("-Xmx128m");
  private static final int SEGMENTS = 5;
  private static final double MEGABYTE = 1 << 20;

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
    int segment = setup.count(10_000, 200);
    List<Integer> depths = new ArrayList<>(List.of(segment, 10 * segment, 100 * segment));
    if (setup.full()) {
      depths.add(1000 * segment);
    }
    List<Row> rows = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    try (BenchServer server = BenchServer.start(setup);
        ChildJvm producer = ChildJvm.start(GrowthProcess.class, SMALL);
        ChildJvm worker = ChildJvm.start(GrowthProcess.class, SMALL)) {
      Growth growth = new Growth(server, producer, worker, setup.batch(), segment);
      if (!setup.smoke()) {
        growth.measure(100 * segment, 2 * SEGMENTS); // warms up
      }
      server.watchSlowCommands(5);
      for (int depth : depths) {
        Row row = growth.measure(depth, setup.smoke() ? 1 : SEGMENTS);
        double first = rows.isEmpty() ? row.median(CPU) : rows.getFirst().median(CPU);
        rows.add(row.with(Column.RATIO, Spread.of(first / row.median(CPU))));
      }
      growth.finishOne();
      String slow = server.slowCommands();
      notes.add("What a finished run of %,d tasks leaves:".formatted(segment));
      notes.addAll(server.keys().stream().map(key -> "- " + key).toList());
      return List.of(
          new CaseReport(
              name(),
              "tasks of %d B, batches of %d, producer and worker with -Xmx128m, %s"
                  .formatted(Inputs.BYTES, setup.batch(), server.version()),
              rows,
              List.of(slow, String.join("\n", notes))));
    }
  }

  /** One queue that grows. */
  private static final class Growth {
    private final BenchServer server;
    private final ChildJvm producer;
    private final ChildJvm worker;
    private final int batch;
    private final int segment;

    Growth(BenchServer server, ChildJvm producer, ChildJvm worker, int batch, int segment) {
      this.server = server;
      this.producer = producer;
      this.worker = worker;
      this.batch = batch;
      this.segment = segment;
    }

    /** Lets so many wait, then measures as many more go through as a segment has. */
    Row measure(int depth, int segments) throws InterruptedException {
      try (OurPath path = open()) {
        double before = server.usedBytes();
        producer.ask(GrowthProcess.PRODUCE + " 0 " + depth);
        double bytes = (server.usedBytes() - before) / depth;
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < segments; i++) {
          samples.add(segment(path, depth, i));
        }
        Row row =
            Row.of("%,d waiting".formatted(depth), samples)
                .with(BYTES, Spread.of(bytes))
                .with(BESIDE, Spread.of(bytes - Inputs.BYTES))
                .with(PRODUCER, heap(producer))
                .with(WORKER, heap(worker));
        closeChildren();
        return row;
      }
    }

    /** As many leave as come, so that as many wait as before. */
    private Sample segment(OurPath path, int depth, int number) throws InterruptedException {
      Meter meter = Meter.start(server, List.of(producer, worker));
      int from = depth + number * segment;
      producer.ask(GrowthProcess.PRODUCE + " " + from + " " + (from + segment));
      worker.ask(GrowthProcess.WORK + " " + segment);
      path.take((number + 1) * segment);
      Meter.Reading reading = meter.stop();
      double cpu = reading.usage().clientCpuMicros() + reading.usage().serverCpuMicros();
      return new Sample(Map.of())
          .with(TASKS, segment / reading.seconds())
          .with(CPU, cpu / segment)
          .with(reading.usage(), segment);
    }

    /** A run from its first task to its end. */
    void finishOne() throws InterruptedException {
      try (OurPath path = open()) {
        producer.ask(GrowthProcess.PRODUCE + " 0 " + segment);
        path.endInput();
        worker.ask(GrowthProcess.WORK + " " + segment);
        path.consume(segment);
        closeChildren();
      }
    }

    private OurPath open() throws InterruptedException {
      server.empty();
      OurPath path = new OurPath(server.url(), 1, false, batch);
      path.open();
      String order = String.join(" ", GrowthProcess.OPEN, server.url(), Integer.toString(batch));
      producer.ask(order);
      worker.ask(order);
      return path;
    }

    private void closeChildren() {
      producer.ask(GrowthProcess.CLOSE);
      worker.ask(GrowthProcess.CLOSE);
    }

    private static Spread heap(ChildJvm process) {
      return Spread.of(Long.parseLong(process.ask(GrowthProcess.HEAP)) / MEGABYTE);
    }
  }
}
