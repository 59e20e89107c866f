package dev.stygian.graph.settings;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The short way of writing what nearly all items are: JSON of whole numbers and texts of printable
 * ASCII that nothing has to be escaped in. All writers of JSON write such a value alike, but for
 * the order of an object's keys; so its size can be told before, and it is written once, straight
 * to where it is to lie. What has another form goes the long way.
 */
public final class AsciiJson {
  /** Stands for the size or the end of a value that has another form. */
  private static final int OTHER = -1;

  /** The order in which an object's keys are written. */
  public enum Keys {
    /** As the object has them. */
    AS_GIVEN,
    /** By their UTF-16 code units. */
    SORTED
  }

  /** A longer text is a page, in which something has to be escaped. */
  private static final int LONGEST_TEXT = 4096;

  private static final long EACH = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private AsciiJson() {}

  /** A text as JSON; null where it has another form. */
  public static byte @Nullable [] text(String text) {
    int size = textSize(text);
    if (size == OTHER) {
      return null;
    }
    byte[] quoted = new byte[size];
    return writeText(text, quoted, 0) == OTHER ? null : quoted;
  }

  /**
   * A value as JSON behind so many bytes that are left free; null where it has another form, or
   * more than {@code most} bytes.
   */
  public static byte @Nullable [] bytes(JsonNode value, Keys order, int free, int most) {
    long size = sizeOf(value);
    if (size == OTHER || size > most) {
      return null;
    }
    byte[] all = new byte[free + (int) size];
    return write(value, order, all, free) == OTHER ? null : all;
  }

  /** How many bytes it has, whatever the order of keys, if nothing has to be escaped. */
  private static long sizeOf(JsonNode value) {
    return switch (value.getNodeType()) {
      case OBJECT -> objectSize(value);
      case ARRAY -> arraySize(value);
      case STRING -> textSize(value.stringValue());
      case NUMBER -> value.isInt() || value.isLong() ? numberSize(value.longValue()) : OTHER;
      case BOOLEAN -> value.booleanValue() ? 4 : 5;
      case NULL -> 4;
      case BINARY, MISSING, POJO -> OTHER;
    };
  }

  private static long objectSize(JsonNode value) {
    long size = 1L + (value.isEmpty() ? 1 : 0); // a sign before each property, one at the end
    for (Map.Entry<String, JsonNode> property : value.properties()) {
      long key = textSize(property.getKey());
      long content = key < 0 ? OTHER : sizeOf(property.getValue());
      if (content < 0) {
        return OTHER;
      }
      size += 1 + key + 1 + content;
    }
    return size;
  }

  private static long arraySize(JsonNode value) {
    long size = 1L + (value.isEmpty() ? 1 : 0);
    for (JsonNode element : value) {
      long content = sizeOf(element);
      if (content < 0) {
        return OTHER;
      }
      size += 1 + content;
    }
    return size;
  }

  /** As if it were ASCII that nothing has to be escaped in: that is seen where the bytes are. */
  private static int textSize(String text) {
    return text.length() > LONGEST_TEXT ? OTHER : 2 + text.length();
  }

  private static int numberSize(long value) {
    int size = value < 0 ? 2 : 1;
    for (long rest = value / 10; rest != 0; rest /= 10) {
      size++;
    }
    return size;
  }

  /** Writes a value that has a size; says where it ends, or that something has to be escaped. */
  private static int write(JsonNode value, Keys order, byte[] to, int from) {
    return switch (value.getNodeType()) {
      case OBJECT -> writeObject(value, order, to, from);
      case ARRAY -> writeArray(value, order, to, from);
      case STRING -> writeText(value.stringValue(), to, from);
      case NUMBER -> writeNumber(value.longValue(), to, from);
      case BOOLEAN -> writeWord(value.booleanValue() ? "true" : "false", to, from);
      case NULL -> writeWord("null", to, from);
      case BINARY, MISSING, POJO -> OTHER;
    };
  }

  private static int writeObject(JsonNode value, Keys order, byte[] to, int from) {
    Collection<Map.Entry<String, JsonNode>> properties = value.properties();
    if (order == Keys.SORTED && properties.size() > 1) {
      ArrayList<Map.Entry<String, JsonNode>> sorted = new ArrayList<>(properties);
      sorted.sort(Map.Entry.comparingByKey());
      properties = sorted;
    }
    int at = from;
    byte before = '{';
    for (Map.Entry<String, JsonNode> property : properties) {
      to[at] = before;
      at = writeText(property.getKey(), to, at + 1);
      if (at == OTHER) {
        return OTHER;
      }
      to[at] = ':';
      at = write(property.getValue(), order, to, at + 1);
      if (at == OTHER) {
        return OTHER;
      }
      before = ',';
    }
    if (properties.isEmpty()) {
      to[at++] = before;
    }
    to[at] = '}';
    return at + 1;
  }

  private static int writeArray(JsonNode value, Keys order, byte[] to, int from) {
    int at = from;
    byte before = '[';
    for (JsonNode element : value) {
      to[at] = before;
      at = write(element, order, to, at + 1);
      if (at == OTHER) {
        return OTHER;
      }
      before = ',';
    }
    if (at == from) {
      to[at++] = before;
    }
    to[at] = ']';
    return at + 1;
  }

  @SuppressWarnings("deprecation") // it cuts characters to bytes: of ASCII nothing is cut
  private static int writeText(String text, byte[] to, int from) {
    int start = from + 1;
    int end = start + text.length();
    to[from] = '"';
    text.getBytes(0, text.length(), to, start);
    to[end] = '"';
    return isAscii(text, to, start) && !needsEscape(to, start, end) ? end + 1 : OTHER;
  }

  /** Whether nothing was cut. Both ways go by vector instructions, a look at each character not. */
  private static boolean isAscii(String text, byte[] cut, int from) {
    return new String(cut, from, text.length(), StandardCharsets.US_ASCII).equals(text);
  }

  private static boolean needsEscape(byte[] ascii, int from, int to) {
    int at = from;
    long found = 0;
    for (; at + Long.BYTES <= to; at += Long.BYTES) {
      long eight = (long) LONGS.get(ascii, at);
      found |=
          (eight - EACH * 0x20) | ((eight ^ EACH * '"') - EACH) | ((eight ^ EACH * '\\') - EACH);
    }
    boolean needs = (found & HIGH_BITS) != 0; // a byte that went below zero
    for (; at < to; at++) {
      byte b = ascii[at];
      needs |= b < 0x20 || b == '"' || b == '\\';
    }
    return needs;
  }

  private static int writeNumber(long value, byte[] to, int from) {
    int end = from + numberSize(value);
    int at = end;
    long rest = value;
    do {
      to[--at] = (byte) ('0' + Math.abs(rest % 10));
      rest /= 10;
    } while (rest != 0);
    if (value < 0) {
      to[from] = '-';
    }
    return end;
  }

  private static int writeWord(String word, byte[] to, int from) {
    for (int i = 0; i < word.length(); i++) {
      to[from + i] = (byte) word.charAt(i);
    }
    return from + word.length();
  }
}
