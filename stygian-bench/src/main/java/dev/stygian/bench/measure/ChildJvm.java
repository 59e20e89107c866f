package dev.stygian.bench.measure;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Another process of ours, on the class path of this one. It lives over all rounds, so that its
 * code is warm like ours: each line that is sent to it is an order, each line back the answer. See
 * {@link ChildOrders} for its side.
 */
public final class ChildJvm implements AutoCloseable {
  private final Process process;
  private final BufferedWriter orders;
  private final BufferedReader answers;

  /**
   * Where this process is told to end, its server goes too, and a worker would complain of that.
   */
  private final Thread hook;

  private ChildJvm(Process process) {
    this.process = process;
    this.orders = process.outputWriter(StandardCharsets.UTF_8);
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.hook = new Thread(process::destroyForcibly, "bench-child-stop");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * Starts one.
   *
   * @param options of the JVM
   */
  public static ChildJvm start(Class<?> main, List<String> options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseParallelGC",
            "-XX:+UseCompactObjectHeaders",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"));
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    try {
      return new ChildJvm(
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    } catch (IOException e) {
      throw new UncheckedIOException("no child process can be started", e);
    }
  }

  /** Gives an order; {@link #answer} waits for its end. */
  public void order(String line) {
    try {
      orders.write(line);
      orders.newLine();
      orders.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("a child process is gone", e);
    }
  }

  /** What the last order came to. */
  public String answer() {
    try {
      String line = answers.readLine();
      if (line == null || line.startsWith(ChildOrders.FAILED)) {
        throw new IllegalStateException("a child process failed: " + line);
      }
      return line;
    } catch (IOException e) {
      throw new UncheckedIOException("a child process is gone", e);
    }
  }

  /** Gives an order and waits for its end. */
  public String ask(String line) {
    order(line);
    return answer();
  }

  /** What it has used since its start. */
  Usage used() {
    String[] numbers = ask(ChildOrders.USAGE).split(" ", -1);
    return new Usage(Double.parseDouble(numbers[0]), 0, Double.parseDouble(numbers[1]));
  }

  /** How long its compilers have worked since its start, all of their threads. */
  long compiledMillis() {
    return Long.parseLong(ask(ChildOrders.COMPILED));
  }

  public long pid() {
    return process.pid();
  }

  /** Ends it: it has nothing to do when its orders end. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException _) {
      return; // this process is ending already; the hook runs
    }
    try {
      orders.close();
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException _) {
      process.destroyForcibly();
    } catch (InterruptedException _) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
