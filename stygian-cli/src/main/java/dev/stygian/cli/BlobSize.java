package dev.stygian.cli;

import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.queue.BlobQueue;
import dev.stygian.graph.settings.Spans;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which bodies a process that puts some puts into the blob store. */
final class BlobSize {
  private static final int MOST = 64 << 20;

  @Option(
      names = "--blobs-from",
      paramLabel = "SIZE",
      description = "Bodies that are larger than this when compressed go there. Default: 16 KB.")
  private @Nullable String size;

  /** In bytes, compressed. */
  int bytes() {
    if (size == null) {
      return BlobQueue.LEAST_BYTES;
    }
    long bytes = Spans.bytes(size);
    if (bytes < BlobQueue.LEAST_BYTES || bytes > MOST) {
      throw new SettingInvalidException(
          "--blobs-from "
              + size
              + " cannot be; write 16 KB to 64 MB: smaller results stay in the queue, where other"
              + " runs find them");
    }
    return (int) bytes;
  }
}
