package dev.stygian.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;

/** A queue with 50 workers and a reader at once, some of whose connections are broken meanwhile. */
final class BusyQueue {
  private static final int ITEMS = 2000;
  private static final int WORKERS = 50;
  private static final int KILLS = 3;

  private BusyQueue() {}

  /**
   * Works a run off and returns how many connections there were at the most.
   *
   * @param connections counts them
   * @param kill breaks those that there are
   */
  static long mostConnections(RedisSettings settings, LongSupplier connections, Runnable kill)
      throws Exception {
    NoopRun run = NoopRun.of("many");
    try (RedisWorkQueue queue = RedisWorkQueue.open(settings);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      run.submit(queue, ITEMS);
      for (int i = 0; i < WORKERS; i++) {
        Future<Integer> _ = threads.submit(() -> NoopRun.work(queue));
      }
      Future<List<String>> reader = threads.submit(() -> run.results(queue));
      long most = 0;
      for (int kills = 0; !reader.isDone(); kills++) {
        most = Math.max(most, connections.getAsLong());
        if (kills < KILLS) {
          kill.run();
        }
      }
      assertThat(reader.get()).hasSize(ITEMS);
      return most;
    }
  }
}
