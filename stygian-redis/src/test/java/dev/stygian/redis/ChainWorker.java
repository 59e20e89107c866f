package dev.stygian.redis;

import dev.stygian.graph.engine.Worker;
import dev.stygian.graph.engine.WorkerOptions;

/**
 * A worker process that gets stuck between the two nodes of a chain: prints {@code reached} and
 * goes on until it is killed. Arguments: the server's URL, the queue's name, the first service's
 * name.
 */
final class ChainWorker {
  private ChainWorker() {}

  public static void main(String[] args) throws InterruptedException {
    RedisSettings settings = RedisSettings.of(args[0]).withQueueName(args[1]);
    try (RedisWorkQueue queue = RedisWorkQueue.open(settings);
        Worker worker =
            Worker.start(
                queue,
                ChainServices.thatStopsBetween(args[2], () -> System.out.println("reached")),
                WorkerOptions.of(1))) {
      worker.await();
    }
  }
}
