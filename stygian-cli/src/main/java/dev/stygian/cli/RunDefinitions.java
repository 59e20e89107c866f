package dev.stygian.cli;

import dev.stygian.graph.pipeline.ExecutionSettings;
import dev.stygian.graph.pipeline.Pipeline;
import dev.stygian.graph.queue.RunId;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

/** What a command makes of a pipeline before it becomes a run. */
final class RunDefinitions {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");
  private static final int NAME_LENGTH = 64;

  private RunDefinitions() {}

  static Pipeline withExecution(Pipeline pipeline, ExecutionSettings execution) {
    return new Pipeline(
        pipeline.id(),
        pipeline.source(),
        execution,
        pipeline.input(),
        pipeline.output(),
        pipeline.nodes(),
        pipeline.edges(),
        pipeline.allowPrivate(),
        pipeline.politeness(),
        pipeline.onFinish());
  }

  /** The pipeline's name, the time and something random; needs no quotes in a shell. */
  static RunId newId(Pipeline pipeline) {
    String name = pipeline.id().replaceAll("[^A-Za-z0-9._-]+", "-");
    String random =
        String.format(Locale.ROOT, "%04x", ThreadLocalRandom.current().nextInt(1 << 16));
    return new RunId(
        name.substring(0, Math.min(name.length(), NAME_LENGTH))
            + "-"
            + TIME.format(LocalDateTime.now(ZoneId.systemDefault()))
            + "-"
            + random);
  }
}
