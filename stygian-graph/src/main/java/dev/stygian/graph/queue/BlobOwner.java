package dev.stygian.graph.queue;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stygian.graph.settings.Sha256;
import java.util.HexFormat;

/**
 * Tells apart what of a run refers to a blob: the input of one item, or its output of one node.
 * Whoever handles the item knows it, without a word from whoever put the blob.
 */
final class BlobOwner {
  private static final int BYTES = 8;

  private BlobOwner() {}

  static String ofInput(String item) {
    return digest("input " + item);
  }

  static String ofOutput(String item, String node) {
    return digest("output " + node.length() + " " + node + item);
  }

  private static String digest(String text) {
    return HexFormat.of().formatHex(Sha256.of(text.getBytes(UTF_8)), 0, BYTES);
  }
}
