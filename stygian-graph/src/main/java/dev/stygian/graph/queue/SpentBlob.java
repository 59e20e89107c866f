package dev.stygian.graph.queue;

import dev.stygian.graph.item.BlobName;
import java.util.HexFormat;
import java.util.Optional;

/** A blob that had its last reader, in a few bytes, since hundred thousands of them wait. */
final class SpentBlob {
  private static final int DIGEST_BYTES = 32;

  private final RunBlobs.Mark run;
  private final String queue;
  private final byte[] digestAndOwner;

  SpentBlob(RunBlobs.Mark run, BlobName name) {
    this.run = run;
    this.queue = name.queue().intern(); // the queue's, and so one for all
    this.digestAndOwner = HexFormat.of().parseHex(name.digest() + name.owner().orElseThrow());
  }

  RunBlobs.Mark run() {
    return run;
  }

  BlobName name() {
    HexFormat hex = HexFormat.of();
    return new BlobName(
        queue,
        run.folder(),
        hex.formatHex(digestAndOwner, 0, DIGEST_BYTES),
        Optional.of(hex.formatHex(digestAndOwner, DIGEST_BYTES, digestAndOwner.length)));
  }
}
