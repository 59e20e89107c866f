package dev.stygian.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which queue a command speaks to. */
final class QueueOptions {
  @Option(
      names = "--queue",
      paramLabel = "URL|embedded",
      description =
          "Where the queue is: redis://HOST:PORT, or a private server with its data in .stygian/."
              + " Default: REDIS_URL.")
  @Nullable String url;

  @Option(
      names = "--queue-name",
      paramLabel = "NAME",
      description = "Which queue there. Default: STYGIAN_QUEUE_NAME, else \"default\".")
  @Nullable String name;
}
