package dev.stygian.graph.settings;

import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * The canonical form of a JSON value (RFC 8785): keys sorted by their UTF-16 code units, no white
 * space, the fewest escapes, numbers as ECMAScript writes them.
 *
 * <p>Two deliberate differences, so that no two values share one form: a whole number keeps all its
 * digits, where the RFC rounds past 2^53; and half of a surrogate pair, which the RFC refuses, is
 * escaped.
 */
public final class CanonicalJson {
  /** What no JSON text can say. */
  private static final String NOT_A_NUMBER = "JSON has no form for the number ";

  private CanonicalJson() {}

  /** The canonical form in UTF-8. */
  public static byte[] bytes(JsonNode value) {
    byte[] ascii = AsciiJson.bytes(value, AsciiJson.Keys.SORTED, 0, Integer.MAX_VALUE);
    return ascii == null ? text(value).getBytes(StandardCharsets.UTF_8) : ascii;
  }

  public static String text(JsonNode value) {
    StringBuilder out = new StringBuilder(128);
    write(value, out);
    return out.toString();
  }

  private static void write(JsonNode value, StringBuilder out) {
    switch (value.getNodeType()) {
      case OBJECT -> writeObject(value, out);
      case ARRAY -> writeArray(value, out);
      case STRING -> writeText(value.asString(), out);
      case NUMBER -> writeNumber(value, out);
      case BOOLEAN -> out.append(value.booleanValue());
      case NULL -> out.append("null");
      case BINARY, MISSING, POJO ->
          throw new IllegalArgumentException("no JSON value: " + value.getNodeType());
    }
  }

  private static void writeObject(JsonNode value, StringBuilder out) {
    TreeMap<String, JsonNode> sorted = new TreeMap<>();
    value.properties().forEach(e -> sorted.put(e.getKey(), e.getValue()));
    out.append('{');
    String separator = "";
    for (var entry : sorted.entrySet()) {
      out.append(separator);
      writeText(entry.getKey(), out);
      out.append(':');
      write(entry.getValue(), out);
      separator = ",";
    }
    out.append('}');
  }

  private static void writeArray(JsonNode value, StringBuilder out) {
    out.append('[');
    String separator = "";
    for (JsonNode element : value) {
      out.append(separator);
      write(element, out);
      separator = ",";
    }
    out.append(']');
  }

  private static void writeNumber(JsonNode value, StringBuilder out) {
    if (value.isIntegralNumber() && value.canConvertToLong()) {
      out.append(value.longValue());
    } else if (value.isIntegralNumber()) {
      out.append(value.bigIntegerValue());
    } else {
      out.append(number(value.asDouble()));
    }
  }

  /** A number as ECMAScript's {@code Number::toString} writes it. */
  static String number(double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(NOT_A_NUMBER + value);
    } else if (value == 0) {
      return "0";
    }
    BigDecimal shortest = shortest(Math.abs(value));
    String digits = shortest.unscaledValue().toString();
    int exponent = shortest.precision() - shortest.scale() - 1;
    String sign = value < 0 ? "-" : "";
    if (exponent >= -6 && exponent <= 20) {
      return sign + shortest.toPlainString();
    }
    String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
    return sign + digits.charAt(0) + fraction + (exponent < 0 ? "e" : "e+") + exponent;
  }

  /**
   * The fewest digits that are read back as this value. {@link Double#toString(double)} finds them,
   * but never goes below two: 4.9E-324 where ECMAScript writes 5e-324.
   */
  private static BigDecimal shortest(double value) {
    BigDecimal found = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    if (found.precision() == 2) {
      BigDecimal rounded = found.round(new MathContext(1));
      if (rounded.doubleValue() == value) {
        return rounded.stripTrailingZeros();
      }
    }
    return found;
  }

  private static void writeText(String text, StringBuilder out) {
    out.append('"');
    int written = 0;
    for (int i = 0; i < text.length(); i++) {
      String escape = escape(text, i);
      if (!escape.isEmpty()) {
        out.append(text, written, i).append(escape);
        written = i + 1;
      }
    }
    out.append(text, written, text.length()).append('"');
  }

  /** What stands for a character in JSON; empty where it stands for itself, as nearly all do. */
  private static String escape(String text, int at) {
    char c = text.charAt(at);
    return switch (c) {
      case '"' -> "\\\"";
      case '\\' -> "\\\\";
      case '\b' -> "\\b";
      case '\f' -> "\\f";
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      default -> c < 0x20 || isHalfOfPair(text, at) ? "\\u" + String.format("%04x", (int) c) : "";
    };
  }

  private static boolean isHalfOfPair(String text, int at) {
    char c = text.charAt(at);
    if (Character.isHighSurrogate(c)) {
      return at + 1 == text.length() || !Character.isLowSurrogate(text.charAt(at + 1));
    }
    return Character.isLowSurrogate(c)
        && (at == 0 || !Character.isHighSurrogate(text.charAt(at - 1)));
  }
}
