package dev.stygian.graph.item;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import dev.stygian.graph.error.PayloadException;
import dev.stygian.graph.settings.AsciiJson;
import dev.stygian.graph.settings.Sha256;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A JSON value as the bytes that travel: one byte that names the form, then the content, compressed
 * with Zstandard (RFC 8878) when that pays. Bytes are shared, not copied: do not change them. What
 * lies in a {@link BlobStore} travels as a reference, and is read when its value is asked for.
 */
public sealed class Payload permits BlobPayload {
  /** Content from this size on is worth compressing: below, the frame eats the gain. */
  static final int COMPRESS_FROM_BYTES = 1024;

  /** The largest content that is carried or unpacked. */
  public static final int MAX_BYTES = 64 << 20;

  private static final byte PLAIN = 'j';
  private static final byte ZSTD = 'z';

  /** The form of a reference: {@link BlobReference} reads the rest. */
  static final byte IN_BLOB = 'b';

  private static final int LEVEL = 1;

  private final byte[] bytes;
  private final int from;
  private final int length;

  Payload(byte[] bytes) {
    this(bytes, 0, bytes.length);
  }

  private Payload(byte[] bytes, int from, int length) {
    this.bytes = bytes;
    this.from = from;
    this.length = length;
  }

  /**
   * Encodes a JSON value.
   *
   * @throws PayloadException where it is larger than {@link #MAX_BYTES}
   */
  public static Payload of(JsonNode node) {
    byte[] plain = AsciiJson.bytes(node, AsciiJson.Keys.AS_GIVEN, 1, COMPRESS_FROM_BYTES - 1);
    if (plain == null) {
      return ofJson(Json.bytes(node));
    }
    plain[0] = PLAIN;
    return new Payload(plain);
  }

  /** Encodes JSON that is UTF-8 text already. */
  public static Payload ofJson(byte[] json) {
    if (json.length > MAX_BYTES) {
      throw new PayloadException(
          "a value of "
              + json.length
              + " bytes is larger than the "
              + MAX_BYTES
              + " that can be"
              + " carried; let the node put out less");
    }
    if (json.length >= COMPRESS_FROM_BYTES) {
      byte[] packed = Zstd.compress(json, LEVEL);
      if (packed.length < json.length - json.length / 8) {
        return new Payload(prefixed(ZSTD, packed));
      }
    }
    return new Payload(prefixed(PLAIN, json));
  }

  /** Wraps bytes that {@link #bytes()} gave; they are checked when decoded. */
  public static Payload ofBytes(byte[] bytes) {
    return new Payload(bytes);
  }

  /**
   * Wraps a stretch of bytes, all of which stay in memory as long as this payload does: for one
   * that lives no longer than what lies beside it.
   */
  public static Payload ofBytes(byte[] bytes, int from, int length) {
    Objects.checkFromIndexSize(from, length, bytes.length);
    return new Payload(bytes, from, length);
  }

  /** What travels. */
  public byte[] bytes() {
    return length == bytes.length ? bytes : Arrays.copyOfRange(bytes, from, from + length);
  }

  /** Copies what travels, which {@link #bytes()} may have to do before. */
  public void copyTo(byte[] to, int at) {
    System.arraycopy(bytes, from, to, at, length);
  }

  public int size() {
    return length;
  }

  /**
   * The JSON text, UTF-8.
   *
   * @throws PayloadException where the bytes are of no known form
   * @throws dev.stygian.graph.error.BlobUnavailableException where it lies in a blob store and
   *     cannot be had from there now
   */
  public byte[] json() {
    if (length == 0) {
      throw new PayloadException("an empty payload; it was not written by this program");
    }
    return switch (bytes[from]) {
      case PLAIN -> content();
      case ZSTD -> unpack();
      case IN_BLOB -> throw BlobReference.of(bytes()).noStoreIsNamed();
      default ->
          throw new PayloadException(
              "a payload of the unknown form "
                  + (bytes[from] & 0xff)
                  + "; a newer version wrote it");
    };
  }

  /**
   * The value.
   *
   * @throws PayloadException where the bytes cannot be decoded
   * @throws dev.stygian.graph.error.BlobUnavailableException as {@link #json()}
   */
  public JsonNode decode() {
    if (isPlain()) {
      return Json.parse(bytes, from + 1, length - 1);
    }
    return Json.parse(json());
  }

  /** Writes the JSON text, without a copy where it is not compressed. */
  public void writeJson(ByteArrayOutputStream out) {
    if (isPlain()) {
      out.write(bytes, from + 1, length - 1);
    } else {
      out.writeBytes(json());
    }
  }

  /** Whether only a reference travels, to bytes in a blob store. */
  public boolean isReference() {
    return length > 0 && bytes[from] == IN_BLOB;
  }

  /** The blob that is referred to; empty where the bytes are here, and of a damaged reference. */
  public Optional<BlobName> blob() {
    return Optional.empty();
  }

  /**
   * Puts the bytes into a blob store, if they are not in one already.
   *
   * @param queue whose run they belong to
   * @param run its folder there
   * @return a reference to them, which any number of things may carry
   * @throws dev.stygian.graph.error.BlobUnavailableException where they cannot be put there
   */
  public Payload keptIn(BlobStore store, String queue, String run) {
    return keptIn(store, queue, run, Optional.empty());
  }

  /**
   * The same for bytes that one thing alone will refer to.
   *
   * @param owner tells it from all others of the run, as {@link BlobName#owner} says
   */
  public Payload keptIn(BlobStore store, String queue, String run, String owner) {
    return keptIn(store, queue, run, Optional.of(owner));
  }

  private Payload keptIn(BlobStore store, String queue, String run, Optional<String> owner) {
    if (isReference()) {
      return this;
    }
    byte[] all = bytes();
    BlobName name = new BlobName(queue, run, HexFormat.of().formatHex(Sha256.of(all)), owner);
    store.put(name, all);
    return new BlobPayload(new BlobReference(name, all.length, store.place()), store);
  }

  /** The same, whose value is read from a store where this is a reference. */
  public Payload readFrom(BlobStore store) {
    if (!isReference()) {
      return this;
    }
    try {
      return new BlobPayload(BlobReference.of(bytes()), store);
    } catch (PayloadException _) { // which whoever asks for its value is told
      return this;
    }
  }

  private boolean isPlain() {
    return length > 0 && bytes[from] == PLAIN;
  }

  private byte[] content() {
    return Arrays.copyOfRange(bytes, from + 1, from + length);
  }

  private byte[] unpack() {
    byte[] packed = content();
    long size = Zstd.getFrameContentSize(packed);
    if (size < 0 || size > MAX_BYTES) {
      throw new PayloadException(
          "a damaged payload: its unpacked size cannot be told or is too large");
    }
    try {
      return Zstd.decompress(packed, (int) size);
    } catch (ZstdException e) {
      throw new PayloadException("a damaged payload: " + e.getMessage(), e);
    }
  }

  private static byte[] prefixed(byte form, byte[] content) {
    byte[] all = new byte[content.length + 1];
    all[0] = form;
    System.arraycopy(content, 0, all, 1, content.length);
    return all;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Payload p
        && Arrays.equals(p.bytes, p.from, p.from + p.length, bytes, from, from + length);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes());
  }

  /** The size alone: contents may be large or private. */
  @Override
  public String toString() {
    return "Payload[" + length + " bytes]";
  }
}
