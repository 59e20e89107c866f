package dev.stygian.bench.macro;

import dev.stygian.bench.measure.BenchServer;
import dev.stygian.bench.measure.ChildJvm;
import dev.stygian.bench.measure.Column;
import dev.stygian.bench.measure.Meter;
import dev.stygian.bench.measure.Sample;
import dev.stygian.graph.queue.Heartbeat;
import dev.stygian.graph.queue.LeaseRequest;
import dev.stygian.graph.queue.WorkQueue;
import dev.stygian.redis.RedisSettings;
import dev.stygian.redis.RedisWorkQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A queue in which so many tasks wait, whatever goes through it, and its run's end. The two
 * processes serve several such queues in turns.
 */
final class GrowingQueue {
  /** Of client and server together. */
  static final Column CPU = new Column("cpu_micros", "CPU us", 2);

  private static final Column TASKS = new Column("tasks_per_second", "tasks/s", 0);
  private static final Column BYTES = new Column("redis_bytes_waiting", "Redis B waiting", 0);
  private static final Column BESIDE =
      new Column("redis_bytes_beside_payload", "beside payload", 0);
  private static final Column PRODUCER = new Column("producer_heap_mb", "producer heap MB", 1);
  private static final Column WORKER = new Column("worker_heap_mb", "worker heap MB", 1);
  private static final double MEGABYTE = 1 << 20;
  private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long LEAVES_WITHIN_NANOS = TimeUnit.SECONDS.toNanos(60);

  /** Shorter than what is left of a time to live when a worker drops stored results. */
  private static final long NEARLY_OVER_MILLIS = 60_000;

  private final BenchServer server;
  private final boolean isShared;
  private final ChildJvm producer;
  private final ChildJvm worker;
  private final int batch;
  private final int depth;
  private final int step;
  private Optional<OurPath> path = Optional.empty();
  private double bytes;
  private int produced;
  private int done;

  /**
   * A queue that is filled when it is first played.
   *
   * @param isShared whether other queues have the server in between: filled anew each time then
   * @param step how many tasks come before as many go
   */
  GrowingQueue(
      BenchServer server,
      boolean isShared,
      ChildJvm producer,
      ChildJvm worker,
      int batch,
      int depth,
      int step) {
    this.server = server;
    this.isShared = isShared;
    this.producer = producer;
    this.worker = worker;
    this.batch = batch;
    this.depth = depth;
    this.step = step;
  }

  int depth() {
    return depth;
  }

  /** Has so many steps of tasks come and go, so that as many wait afterwards as before. */
  Sample play(int steps) throws InterruptedException {
    OurPath open = open();
    Meter meter = Meter.start(server, List.of(producer, worker));
    for (int i = 0; i < steps; i++) {
      produce(step);
      worker.ask(GrowthProcess.WORK + " " + step);
      done += step;
      open.take(done);
    }
    Meter.Reading reading = meter.stop();
    double tasks = (double) steps * step;
    double cpu = reading.usage().clientCpuMicros() + reading.usage().serverCpuMicros();
    Sample sample =
        new Sample(Map.of())
            .with(TASKS, tasks / reading.seconds())
            .with(CPU, cpu / tasks)
            .with(reading.usage(), tasks)
            .with(BYTES, bytes)
            .with(BESIDE, bytes - Inputs.BYTES)
            .with(PRODUCER, heapMegabytes(producer))
            .with(WORKER, heapMegabytes(worker));
    leaveIt();
    if (isShared) {
      close();
    }
    return sample;
  }

  /** Opens what takes part; fills the queue where it is not. */
  private OurPath open() throws InterruptedException {
    boolean isNew = path.isEmpty();
    if (isNew) {
      server.empty();
      OurPath opened = new OurPath(server.url(), 1, false, batch);
      opened.open();
      path = Optional.of(opened);
      produced = 0;
      done = 0;
    }
    String order = String.join(" ", GrowthProcess.OPEN, server.url(), Integer.toString(batch));
    producer.ask(order);
    worker.ask(order);
    if (isNew) {
      double before = server.usedBytes();
      produce(depth);
      bytes = (server.usedBytes() - before) / depth;
    }
    return path.orElseThrow();
  }

  private void produce(int tasks) {
    producer.ask(GrowthProcess.PRODUCE + " " + produced + " " + (produced + tasks));
    produced += tasks;
  }

  private void leaveIt() {
    producer.ask(GrowthProcess.CLOSE);
    worker.ask(GrowthProcess.CLOSE);
  }

  private void close() {
    path.ifPresent(OurPath::close);
    path = Optional.empty();
  }

  private static double heapMegabytes(ChildJvm process) {
    return Long.parseLong(process.ask(GrowthProcess.HEAP)) / MEGABYTE;
  }

  /**
   * Brings the run to its end, and has all that it left go: a part as a worker drops it, the rest
   * as the server does when it expires.
   *
   * @return what there is to say of it
   */
  List<String> finish(int threads, int slowMillis) throws InterruptedException {
    OurPath open = open();
    server.watchSlowCommands(slowMillis);
    open.endInput();
    worker.order(GrowthProcess.FINISH + " " + threads);
    open.take(produced);
    worker.answer();
    leaveIt();
    close();
    List<String> said = new ArrayList<>();
    said.add("To the end of a run of %,d tasks: %s".formatted(produced, server.slowCommands()));
    said.add(list("What it leaves:", server.keys()));
    server.watchSlowCommands(slowMillis);
    dropAsAWorkerDoes();
    expire();
    said.add(
        "As that left, the values of its results dropped by a worker and the rest expired: "
            + server.slowCommands()
            + " "
            + server.ownPauses());
    said.add(list("What stays:", server.keys()));
    return said;
  }

  private static String list(String heading, List<String> keys) {
    List<String> lines = new ArrayList<>(List.of(heading));
    keys.forEach(key -> lines.add("- " + key));
    return String.join("\n", lines);
  }

  /** Once a minute a worker drops stored results whose time is nearly over; now is such a time. */
  private void dropAsAWorkerDoes() {
    List<String> values = server.ask().keys("*:v:*");
    values.forEach(key -> server.ask().pexpire(key, NEARLY_OVER_MILLIS));
    server.ask().keys("*:meta").forEach(key -> server.ask().hdel(key, "swept"));
    try (WorkQueue queue =
        RedisWorkQueue.open(RedisSettings.of(server.url()).withQueueName("bench"))) {
      queue.renew(new Heartbeat("bench", Set.of("noop"), 1, Set.of(), LeaseRequest.AS_RUN));
    }
    if (!server.ask().keys("*:v:*").isEmpty()) {
      throw new IllegalStateException("a worker did not drop stored results that were to go");
    }
  }

  private void expire() {
    List<String> mortal =
        server.ask().keys("*").stream().filter(key -> server.ask().pttl(key) >= 0).toList();
    long immortal = server.ask().dbsize() - mortal.size();
    mortal.forEach(key -> server.ask().pexpire(key, 1));
    await(() -> server.ask().dbsize() <= immortal); // which does not look at the keys themselves
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + LEAVES_WITHIN_NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("what a run left did not go");
      }
      LockSupport.parkNanos(LOOK_AGAIN_NANOS);
    }
  }
}
