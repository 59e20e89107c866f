package dev.stygian.graph.queue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/** Does the same for many, some at once, where each has to wait for somebody else. */
final class SideBySide {
  private static final int AT_ONCE = 32;

  private SideBySide() {}

  /**
   * The outcomes in the order of the values; the first that fails ends it all.
   *
   * @throws InterruptedException where the caller is interrupted; then so are those under way
   */
  static <T, R> List<R> all(List<T> values, Function<T, R> step) throws InterruptedException {
    Semaphore places = new Semaphore(AT_ONCE);
    try (ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("stygian-blobs").factory())) {
      try {
        List<Future<R>> begun = new ArrayList<>(values.size());
        for (T value : values) {
          places.acquire();
          begun.add(
              threads.submit(() -> {
                try {
                  return step.apply(value);
                } finally {
                  places.release();
                }
              }));
        }
        List<R> all = new ArrayList<>(values.size());
        for (Future<R> each : begun) {
          all.add(each.get());
        }
        return all;
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RuntimeException failure) {
          throw failure;
        }
        throw new IllegalStateException(e.getCause());
      } finally {
        threads.shutdownNow();
      }
    }
  }
}
