package dev.stygian.cli;

import dev.stygian.graph.engine.WorkerOptions;
import dev.stygian.graph.error.SettingInvalidException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How much a process works. */
final class WorkOptions {
  @Option(
      names = "--workers",
      paramLabel = "N",
      description =
          "Tasks executing at once in a process. Default: STYGIAN_WORKERS, else cores * 4.")
  @Nullable Integer workers;

  @Option(
      names = "--processes",
      paramLabel = "N",
      description = "Start this many worker processes besides this one. Default: 0.")
  private int processes;

  @Option(
      names = "--allow-private",
      description = "Let services dial private and link-local addresses.")
  boolean allowPrivate;

  int processes() {
    if (processes < 0 || processes > WorkerProcesses.MOST) {
      throw new SettingInvalidException(
          processes + " processes cannot be; write a number from 0 to " + WorkerProcesses.MOST);
    }
    return processes;
  }

  WorkerOptions options(ExecutionChoices choices) {
    return WorkerOptions.of(choices.workers().value())
        .withVisibility(choices.leaseVisibility())
        .withPrivateAddresses(allowPrivate);
  }
}
