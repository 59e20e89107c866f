package dev.stygian.bench.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program that is started, measured from its start to its end, and has to succeed. */
public final class WholeProcess {
  private static final long PATIENCE_SECONDS = 600;
  private static final double MICROS_PER_TICK = 10_000;
  private static final int CHILDREN_USER = 13;
  private static final int CHILDREN_SYSTEM = 14;

  private WholeProcess() {}

  /**
   * What it took.
   *
   * @param firstOutputSeconds until the first byte on standard output; as long as all without one
   * @param cpuMicros user and system, with its own children; 0 where the machine does not tell
   */
  public record Ended(double seconds, double firstOutputSeconds, double cpuMicros, Path error) {}

  /**
   * Runs a command to its end; its standard output is read and dropped.
   *
   * @param folder where it runs; its standard error stays there in a file
   */
  public static Ended run(List<String> command, Path folder, Map<String, String> environment)
      throws IOException, InterruptedException {
    Path error = folder.resolve("stderr.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectError(error.toFile());
    builder.environment().putAll(environment);
    double before = childrenCpuMicros();
    long began = System.nanoTime();
    Process process = builder.start();
    process.getOutputStream().close();
    long firstOutput = 0;
    try (var output = process.getInputStream()) {
      if (output.read() >= 0) {
        firstOutput = System.nanoTime() - began;
      }
      output.readAllBytes();
    }
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException(command + " does not end");
    }
    long took = System.nanoTime() - began;
    if (process.exitValue() != 0) {
      throw new IllegalStateException(
          command + " ended with " + process.exitValue() + ": " + Files.readString(error));
    }
    return new Ended(
        took / 1e9,
        (firstOutput == 0 ? took : firstOutput) / 1e9,
        childrenCpuMicros() - before,
        error);
  }

  /** CPU time of all processes that this one has started and seen end, by Linux's account. */
  private static double childrenCpuMicros() throws IOException {
    Path stat = Path.of("/proc/self/stat");
    if (!Files.isReadable(stat)) {
      return 0;
    }
    String line = Files.readString(stat);
    String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
    return MICROS_PER_TICK
        * (Long.parseLong(fields[CHILDREN_USER]) + Long.parseLong(fields[CHILDREN_SYSTEM]));
  }
}
