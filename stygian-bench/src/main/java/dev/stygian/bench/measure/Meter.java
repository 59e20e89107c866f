package dev.stygian.bench.measure;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Optional;

/** Measures a stretch of time and what it used, from its making to {@link #stop}. */
public final class Meter {
  private final Optional<BenchServer> server;
  private final List<ChildJvm> children;
  private final Usage before;
  private final long began;
  private double seconds = Double.NaN;

  private Meter(Optional<BenchServer> server, List<ChildJvm> children) {
    this.server = server;
    this.children = children;
    this.before = used();
    this.began = System.nanoTime();
  }

  /** What a stretch took and used. */
  public record Reading(double seconds, Usage usage) {}

  /** Measures this process alone. */
  public static Meter start() {
    return new Meter(Optional.empty(), List.of());
  }

  /** Measures this process, a server and our other processes. */
  public static Meter start(BenchServer server, List<ChildJvm> children) {
    return new Meter(Optional.of(server), children);
  }

  /** Stops the time, not the rest: what is under way may end before {@link #stop}. */
  public void stopClock() {
    seconds = (System.nanoTime() - began) / 1e9;
  }

  public Reading stop() {
    if (Double.isNaN(seconds)) {
      stopClock();
    }
    return new Reading(seconds, used().minus(before));
  }

  private Usage used() {
    Usage all = new Usage(0, server.map(BenchServer::cpuMicros).orElse(0.0), 0).plus(ofThisJvm());
    for (ChildJvm child : children) {
      all = all.plus(child.used());
    }
    return all;
  }

  /** What this JVM has used since its start. */
  static Usage ofThisJvm() {
    var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return new Usage(system.getProcessCpuTime() / 1e3, 0, threads.getTotalThreadAllocatedBytes());
  }
}
