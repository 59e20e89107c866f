package dev.stygian.bench.macro;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Several threads that do the same thing at once. */
final class Crew {
  private Crew() {}

  /** What each of them does. */
  @FunctionalInterface
  interface Part {
    void play(int number) throws Exception;
  }

  /** Plays all parts, each on a virtual thread; returns when all have ended. */
  static void of(int members, Part part) throws InterruptedException {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < members; i++) {
        int number = i;
        all.add(
            threads.submit(() -> {
              part.play(number);
              return true;
            }));
      }
      await(all);
    }
  }

  /** Waits for all of them; the first failure is thrown. */
  static void await(List<? extends Future<?>> all) throws InterruptedException {
    for (Future<?> one : all) {
      try {
        one.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException("a part of a case failed: " + e.getCause(), e);
      }
    }
  }
}
