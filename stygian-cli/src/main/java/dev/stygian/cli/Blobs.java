package dev.stygian.cli;

import dev.stygian.cli.output.Redaction;
import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.item.BlobStore;
import dev.stygian.graph.item.DirectoryBlobs;
import dev.stygian.graph.queue.BlobQueue;
import dev.stygian.graph.queue.WorkQueue;
import dev.stygian.graph.settings.Environment;
import dev.stygian.services.blob.S3Blobs;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which blob store a command uses.
 *
 * @param location {@code file:///FOLDER} or {@code s3://BUCKET/PREFIX}; empty: none
 * @param fromBytes the size above which bodies go there
 */
record Blobs(Optional<String> location, int fromBytes, Environment environment) {
  /** For a command that reads no bodies. */
  static Blobs none() {
    return new Blobs(Optional.empty(), BlobQueue.LEAST_BYTES, name -> Optional.empty());
  }

  /** For a command that only reads. */
  static Blobs of(BlobOptions options, Environment environment) {
    return of(options.location, BlobQueue.LEAST_BYTES, environment);
  }

  /** For a command that puts bodies there too. */
  static Blobs of(BlobOptions options, BlobSize size, Environment environment) {
    return of(options.location, size.bytes(), environment);
  }

  private static Blobs of(@Nullable String given, int fromBytes, Environment environment) {
    Optional<String> location =
        Optional.ofNullable(given)
            .or(() -> environment.value("STYGIAN_BLOBS"))
            .map(String::strip)
            .filter(text -> !text.isEmpty());
    return new Blobs(location, fromBytes, environment);
  }

  /** Opens the store; empty where none is named. Nothing is asked of it yet. */
  Optional<BlobStore> open() {
    return location.map(this::open);
  }

  private BlobStore open(String at) {
    if (at.startsWith("s3:")) {
      return S3Blobs.open(at, environment); // whose client is loaded here and not before
    }
    try {
      URI uri = new URI(at);
      if ("file".equals(uri.getScheme()) && at.startsWith("file:///") && uri.getPath() != null) {
        return new DirectoryBlobs(Path.of(uri.getPath()));
      }
    } catch (URISyntaxException _) {
      // said below
    }
    throw new SettingInvalidException(
        "\""
            + Redaction.withoutPasswords(at)
            + "\" is no place for blobs; write file:///FOLDER, with %20 for a blank, or"
            + " s3://BUCKET/PREFIX");
  }

  /** The queue, with its large bodies there. */
  Optional<BlobQueue> over(WorkQueue queue) {
    return open().map(store -> new BlobQueue(queue, store, fromBytes));
  }
}
