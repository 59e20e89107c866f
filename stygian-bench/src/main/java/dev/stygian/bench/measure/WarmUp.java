package dev.stygian.bench.measure;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * What is played before anything counts: again and again until the compilers of all processes have
 * little left to do, within bounds.
 */
public record WarmUp(double leastSeconds, double mostSeconds) {
  /** Of the time of a round, summed over the compiler threads of a process. */
  private static final double SETTLED = 0.1;

  /**
   * Plays; returns what the last round gave.
   *
   * @param children those of our other processes that take part
   */
  public <T> T play(List<ChildJvm> children, Callable<T> round) throws Exception {
    long begin = System.nanoTime();
    while (true) {
      List<Long> before = compiledMillis(children);
      long roundBegin = System.nanoTime();
      T played = round.call();
      long now = System.nanoTime();
      double compiling = most(before, compiledMillis(children)) * 1e6 / (now - roundBegin);
      if (isEnough((now - begin) / 1e9, compiling)) {
        return played;
      }
    }
  }

  /** Whether it may end; {@code compiling} is the share of the process that compiles most. */
  boolean isEnough(double seconds, double compiling) {
    return seconds > mostSeconds || (seconds > leastSeconds && compiling < SETTLED);
  }

  private static List<Long> compiledMillis(List<ChildJvm> children) {
    List<Long> all = new ArrayList<>(List.of(compiledMillisHere()));
    children.forEach(child -> all.add(child.compiledMillis()));
    return all;
  }

  private static long most(List<Long> before, List<Long> after) {
    long most = 0;
    for (int i = 0; i < before.size(); i++) {
      most = Math.max(most, after.get(i) - before.get(i));
    }
    return most;
  }

  static long compiledMillisHere() {
    return ManagementFactory.getCompilationMXBean().getTotalCompilationTime();
  }
}
