package dev.stygian.bench.macro;

import dev.stygian.bench.measure.ChildOrders;
import dev.stygian.graph.engine.Worker;
import dev.stygian.graph.engine.WorkerOptions;
import dev.stygian.graph.queue.WorkQueue;
import dev.stygian.graph.service.ServiceRegistry;
import dev.stygian.redis.RedisSettings;
import dev.stygian.redis.RedisWorkQueue;
import java.io.IOException;
import java.util.Optional;

/** A process with the engine's worker. Orders: {@code start URL SLOTS} and {@code stop}. */
final class EngineWorkerProcess implements ChildOrders.Obeying {
  static final String START = "start";
  static final String STOP = "stop";
  private static final String DONE = "done";

  private final ServiceRegistry registry = ServiceRegistry.defaultWithEnv();
  private Optional<WorkQueue> queue = Optional.empty();
  private Optional<Worker> worker = Optional.empty();

  private EngineWorkerProcess() {}

  public static void main(String[] args) throws IOException {
    ChildOrders.serve(new EngineWorkerProcess());
  }

  @Override
  public String obey(String[] words) {
    switch (words[0]) {
      case START -> {
        WorkQueue opened = RedisWorkQueue.open(RedisSettings.of(words[1]).withQueueName("bench"));
        queue = Optional.of(opened);
        worker =
            Optional.of(
                Worker.start(opened, registry, WorkerOptions.of(Integer.parseInt(words[2]))));
      }
      case STOP -> {
        worker.ifPresent(Worker::close);
        queue.ifPresent(WorkQueue::close);
      }
      default -> throw new IllegalArgumentException("no order " + words[0]);
    }
    return DONE;
  }
}
