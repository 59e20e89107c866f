package dev.stygian.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where bodies are that are too large for the queue. */
final class BlobOptions {
  @Option(
      names = "--blobs",
      paramLabel = "LOCATION",
      description =
          "Where bodies lie that are too large for the queue: file:///FOLDER, which all machines"
              + " see, or s3://BUCKET/PREFIX. Default: STYGIAN_BLOBS.")
  @Nullable String location;
}
