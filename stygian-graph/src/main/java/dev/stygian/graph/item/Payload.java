package dev.stygian.graph.item;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import dev.stygian.graph.error.PayloadException;
import dev.stygian.graph.settings.AsciiJson;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Objects;
import tools.jackson.databind.JsonNode;

/**
 * A JSON value as the bytes that travel: one byte that names the form, then the content, compressed
 * with Zstandard (RFC 8878) when that pays. Bytes are shared, not copied: do not change them.
 */
public final class Payload {
  /** Content from this size on is worth compressing: below, the frame eats the gain. */
  static final int COMPRESS_FROM_BYTES = 1024;

  /** The largest content that is carried or unpacked. */
  public static final int MAX_BYTES = 64 << 20;

  private static final byte PLAIN = 'j';
  private static final byte ZSTD = 'z';
  private static final int LEVEL = 1;

  private final byte[] bytes;
  private final int from;
  private final int length;

  private Payload(byte[] bytes) {
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
   */
  public byte[] json() {
    if (length == 0) {
      throw new PayloadException("an empty payload; it was not written by this program");
    }
    return switch (bytes[from]) {
      case PLAIN -> content();
      case ZSTD -> unpack();
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
