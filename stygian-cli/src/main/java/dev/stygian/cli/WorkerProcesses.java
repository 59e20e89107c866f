package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import dev.stygian.graph.error.QueueUnavailableException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Further worker processes of a command: this program again. They stop when their standard input
 * ends, so none outlives the command, however that dies.
 */
final class WorkerProcesses implements AutoCloseable {
  static final int MOST = 1000;

  private final Console console;
  private final List<Process> processes = new ArrayList<>();

  private WorkerProcesses(Console console) {
    this.console = console;
  }

  /** For a queue that no other process can see. */
  static WorkerProcesses none(Console console) {
    return new WorkerProcesses(console);
  }

  /**
   * Starts processes.
   *
   * @param url of the queue; it goes by the environment, since it may hold a password and command
   *     lines are public
   * @param queues several queues there, as {@code --queues} names them
   * @param blobs the store beside it; its location goes by the environment too
   */
  static WorkerProcesses start(
      Console console,
      int count,
      String url,
      ExecutionChoices choices,
      Optional<String> queues,
      Blobs blobs,
      boolean allowPrivate) {
    WorkerProcesses all = new WorkerProcesses(console);
    try {
      for (int i = 0; i < count; i++) {
        all.processes.add(start(console, url, choices, queues, blobs, allowPrivate));
      }
      return all;
    } catch (IOException e) {
      all.close();
      throw new QueueUnavailableException(
          "a worker process cannot be started: " + e.getMessage(), e);
    }
  }

  private static Process start(
      Console console,
      String url,
      ExecutionChoices choices,
      Optional<String> queues,
      Blobs blobs,
      boolean allowPrivate)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(WorkerProcesses::isForEveryProcess)
        .forEach(command::add);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Stygian.class.getName(), "worker", WorkerCommand.UNTIL_INPUT_ENDS));
    command.addAll(List.of("--workers", String.valueOf(choices.workers().value())));
    command.addAll(List.of("--queue-name", choices.queueName().value()));
    queues.ifPresent(list -> command.addAll(List.of("--queues", list)));
    command.addAll(List.of("--blobs-from", blobs.fromBytes() + " B"));
    if (allowPrivate) {
      command.add("--allow-private");
    }
    if (Verbosity.isOn()) {
      command.add("--verbose");
    }
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(console.folder().toAbsolutePath().toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("REDIS_URL", url);
    blobs.location().ifPresent(place -> builder.environment().put("STYGIAN_BLOBS", place));
    return builder.start();
  }

  /** Agents, debuggers and cache recordings are for the process that asked for them. */
  private static boolean isForEveryProcess(String argument) {
    return !argument.startsWith("-agent")
        && !argument.startsWith("-javaagent")
        && !argument.startsWith("-XX:AOTCacheOutput")
        && !argument.startsWith("-XX:AOTMode")
        && !argument.startsWith("-XX:AOTConfiguration");
  }

  /** Says which processes ended by themselves, each once; the others go on. */
  void reportDead() {
    processes.removeIf(process -> {
      if (process.isAlive()) {
        return false;
      }
      console.say(
          "worker process "
              + process.pid()
              + " ended with "
              + process.exitValue()
              + "; its tasks go to the others");
      return true;
    });
  }

  /** Lets them finish what they are executing. */
  void stop(Duration grace) throws InterruptedException {
    endInput();
    long end = System.nanoTime() + grace.toNanos();
    for (Process process : processes) {
      process.waitFor(end - System.nanoTime(), TimeUnit.NANOSECONDS);
    }
  }

  private void endInput() {
    for (Process process : processes) {
      try {
        process.getOutputStream().close();
      } catch (IOException _) {
        // it is gone already
      }
    }
  }

  /** Ends them at once; what they held is handed back or runs out. */
  @Override
  public void close() {
    endInput();
    processes.forEach(Process::destroy);
  }
}
