package dev.stygian.bench.macro;

import dev.stygian.bench.measure.BenchServer;
import dev.stygian.bench.measure.ChildJvm;
import dev.stygian.bench.measure.Column;
import dev.stygian.bench.measure.Meter;
import dev.stygian.bench.measure.Sample;
import dev.stygian.bench.measure.Setup;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Moves tasks from their producers to their results on an empty server, in two phases. */
final class QueueRound {
  static final Column CYCLES = new Column("cycles_per_second", "life cycles/s", 0);
  static final Column ENQUEUE = new Column("enqueue_per_second", "enqueue/s", 0);
  static final Column PROCESS = new Column("process_per_second", "process/s", 0);
  static final Column PROCESS_SERVER_CPU =
      new Column("process_redis_cpu_micros", "Redis CPU us, processing", 2);

  private final Setup setup;
  private final QueueVariant variant;
  private final BenchServer server;
  private final List<ChildJvm> children;
  private final boolean isOurs;

  QueueRound(
      Setup setup,
      QueueVariant variant,
      BenchServer server,
      List<ChildJvm> children,
      boolean isOurs) {
    this.setup = setup;
    this.variant = variant;
    this.server = server;
    this.children = children;
    this.isOurs = isOurs;
  }

  /** One round; both phases count, opening and closing the runs between them does not. */
  Sample play(int tasks) throws InterruptedException {
    server.empty();
    try (TaskPath path = path()) {
      path.open();
      openChildren();
      Meter enqueueing = Meter.start(server, children);
      Crew.of(setup.threads(), producer -> path.produce(producer, setup.threads(), tasks));
      Meter.Reading enqueued = enqueueing.stop();
      path.endInput();
      Meter processing = Meter.start(server, children);
      process(path, tasks, processing);
      Meter.Reading processed = processing.stop();
      if (path instanceof BarePath bare) {
        bare.check(tasks);
      }
      children.forEach(child -> child.ask(QueueWorkerProcess.CLOSE));
      return sample(tasks, enqueued, processed);
    }
  }

  private TaskPath path() {
    return isOurs
        ? new OurPath(server.url(), variant.lanes(), variant.sharesKeys(), setup.batch())
        : new BarePath(server.url(), setup.threads(), setup.batch());
  }

  private void openChildren() {
    for (ChildJvm child : children) {
      String kind = isOurs ? QueueWorkerProcess.OURS : QueueWorkerProcess.BARE;
      child.ask(
          String.join(
              " ",
              QueueWorkerProcess.OPEN,
              kind,
              server.url(),
              Integer.toString(setup.batch()),
              Integer.toString(Math.max(1, setup.threads() / children.size()))));
    }
  }

  /** Ours ends when the consumer has all results, the bare scripts when all work is done. */
  private void process(TaskPath path, int tasks, Meter meter) throws InterruptedException {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> consumed =
          threads.submit(() -> {
            path.consume(tasks);
            if (isOurs) {
              meter.stopClock();
            }
            return true;
          });
      try {
        work(path);
      } catch (RuntimeException e) {
        threads.shutdownNow(); // the consumer would wait for results that nobody makes
        throw e;
      }
      if (!isOurs) {
        meter.stopClock();
      }
      Crew.await(List.of(consumed));
    }
  }

  private void work(TaskPath path) throws InterruptedException {
    if (children.isEmpty()) {
      path.work(setup.threads());
    } else {
      children.forEach(child -> child.order(QueueWorkerProcess.WORK));
      children.forEach(ChildJvm::answer);
    }
  }

  private static Sample sample(int tasks, Meter.Reading enqueued, Meter.Reading processed) {
    double enqueue = tasks / enqueued.seconds();
    double process = tasks / processed.seconds();
    return new Sample(Map.of())
        .with(CYCLES, cycles(enqueue, process))
        .with(ENQUEUE, enqueue)
        .with(PROCESS, process)
        .with(enqueued.usage().plus(processed.usage()), tasks)
        .with(PROCESS_SERVER_CPU, processed.usage().serverCpuMicros() / tasks);
  }

  /** One phase after the other, as if a task passed both at their rates. */
  static double cycles(double enqueuePerSecond, double processPerSecond) {
    return 1 / (1 / enqueuePerSecond + 1 / processPerSecond);
  }
}
