package dev.stygian.graph.settings;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The short way of writing what nearly all items are: JSON of whole numbers and texts of printable
 * ASCII that nothing has to be escaped in. All writers of JSON write such a value alike, but for
 * the order of an object's keys; so its size can be told before, and it is written once, straight
 * to where it is to lie. What has another form has no size here, and goes the long way.
 */
public final class AsciiJson {
  /** What {@link #size} gives for a value that has another form. */
  public static final int OTHER = -1;

  /** The order in which an object's keys are written. */
  public enum Keys {
    /** As the object has them. */
    AS_GIVEN,
    /** By their UTF-16 code units. */
    SORTED
  }

  private static final int MOST = 1 << 30;

  private AsciiJson() {}

  /** A text as JSON; null where it has another form. */
  public static byte @Nullable [] text(String text) {
    int size = textSize(text);
    if (size == OTHER) {
      return null;
    }
    byte[] quoted = new byte[size];
    writeText(text, quoted, 0);
    return quoted;
  }

  /** How many bytes {@link #write} writes, whatever the order of keys; or {@link #OTHER}. */
  public static int size(JsonNode value) {
    long size = sizeOf(value);
    return size > MOST ? OTHER : (int) size;
  }

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

  private static int textSize(String text) {
    int length = text.length();
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') {
        return OTHER;
      }
    }
    return length > MOST ? OTHER : 2 + length;
  }

  private static int numberSize(long value) {
    int size = value < 0 ? 2 : 1;
    for (long rest = value / 10; rest != 0; rest /= 10) {
      size++;
    }
    return size;
  }

  /**
   * Writes a value that has a {@link #size}.
   *
   * @return where it ends
   */
  public static int write(JsonNode value, Keys order, byte[] to, int from) {
    return switch (value.getNodeType()) {
      case OBJECT -> writeObject(value, order, to, from);
      case ARRAY -> writeArray(value, order, to, from);
      case STRING -> writeText(value.stringValue(), to, from);
      case NUMBER -> writeNumber(value.longValue(), to, from);
      case BOOLEAN -> writeWord(value.booleanValue() ? "true" : "false", to, from);
      case NULL -> writeWord("null", to, from);
      case BINARY, MISSING, POJO ->
          throw new IllegalArgumentException("no JSON value: " + value.getNodeType());
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
      to[at] = ':';
      at = write(property.getValue(), order, to, at + 1);
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
    int end = from + 1 + text.length();
    to[from] = '"';
    text.getBytes(0, text.length(), to, from + 1);
    to[end] = '"';
    return end + 1;
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
