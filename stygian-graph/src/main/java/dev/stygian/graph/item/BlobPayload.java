package dev.stygian.graph.item;

import java.io.ByteArrayOutputStream;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A reference with the store to read from. What was read is not kept: it is large, and read once.
 */
final class BlobPayload extends Payload {
  private final BlobReference reference;
  private final BlobStore store;

  BlobPayload(BlobReference reference, BlobStore store) {
    super(reference.travelling());
    this.reference = reference;
    this.store = store;
  }

  @Override
  public Optional<BlobName> blob() {
    return Optional.of(reference.name());
  }

  @Override
  public byte[] json() {
    return reference.read(store).json();
  }

  @Override
  public JsonNode decode() {
    return reference.read(store).decode();
  }

  @Override
  public void writeJson(ByteArrayOutputStream out) {
    reference.read(store).writeJson(out);
  }
}
