package dev.stygian.graph.queue;

import dev.stygian.graph.error.PayloadException;
import dev.stygian.graph.settings.CanonicalJson;
import dev.stygian.graph.settings.Sha256;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * What makes a repeat return the stored result instead of executing again. 24 bytes: the first 8 of
 * SHA-256 over the scope (a pipeline, or a node with the fingerprint of its config), then the first
 * 16 of SHA-256 over the canonical JSON (RFC 8785) of the input. Equal inputs in equal scopes have
 * equal keys on every machine and in every version of this program.
 */
public final class IdempotencyKey {
  /** The length of a key. */
  public static final int BYTES = 24;

  private static final int SCOPE_BYTES = 8;
  private static final int INPUT_BYTES = 16;
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private final byte[] bytes;

  private IdempotencyKey(byte[] bytes) {
    this.bytes = bytes;
  }

  /** The key of a text input (a URL, say) of a pipeline. */
  public static IdempotencyKey fromInput(String pipelineId, String input) {
    return fromInput(pipelineId, JsonNodeFactory.instance.stringNode(input));
  }

  /** The key of a JSON input of a pipeline. */
  public static IdempotencyKey fromInput(String pipelineId, JsonNode input) {
    return Scope.of(pipelineId).key(digest(input));
  }

  /** A key from the bytes that {@link #bytes()} gave. */
  public static IdempotencyKey ofBytes(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new PayloadException("an idempotency key has " + BYTES + " bytes, not " + bytes.length);
    }
    return new IdempotencyKey(bytes);
  }

  /** The digest of an input, to be shared by the keys of all nodes of one item. */
  public static byte[] digest(JsonNode input) {
    return Arrays.copyOf(Sha256.of(CanonicalJson.bytes(input)), INPUT_BYTES);
  }

  /** Do not change them. */
  public byte[] bytes() {
    return bytes;
  }

  /** What an input is repeated within; made once per node, then used for every item. */
  public static final class Scope {
    private final byte[] prefix;

    private Scope(byte[] prefix) {
      this.prefix = prefix;
    }

    /** A scope named by texts, whose order counts. */
    public static Scope of(String... parts) {
      MessageDigest sha = Sha256.newDigest();
      for (String part : parts) {
        byte[] utf8 = part.getBytes(StandardCharsets.UTF_8);
        sha.update(ByteBuffer.allocate(Integer.BYTES).putInt(utf8.length).array());
        sha.update(utf8);
      }
      return new Scope(Arrays.copyOf(sha.digest(), SCOPE_BYTES));
    }

    /** The key of an input of which {@link IdempotencyKey#digest} gave the digest. */
    public IdempotencyKey key(byte[] inputDigest) {
      return key(inputDigest, 0);
    }

    /** The key in this scope of the input that another key is of. */
    public IdempotencyKey key(IdempotencyKey ofSameInput) {
      return key(ofSameInput.bytes, SCOPE_BYTES);
    }

    private IdempotencyKey key(byte[] digest, int from) {
      byte[] all = Arrays.copyOf(prefix, BYTES);
      System.arraycopy(digest, from, all, SCOPE_BYTES, INPUT_BYTES);
      return new IdempotencyKey(all);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof IdempotencyKey k && Arrays.equals(k.bytes, bytes);
  }

  /** Some of the bytes: each of them is as good as chance. */
  @Override
  public int hashCode() {
    return hash(bytes, 0);
  }

  /** The hash of a key whose bytes stand at this place. */
  static int hash(byte[] bytes, int at) {
    return (int) INTS.get(bytes, at) ^ (int) INTS.get(bytes, at + SCOPE_BYTES);
  }

  /** 48 hexadecimal digits. */
  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
