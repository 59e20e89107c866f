package dev.stygian.services.robots;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.function.IntPredicate;

/** One form for percent-encoded text (RFC 3986, section 6.2.2). */
public final class PercentCoding {
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private PercentCoding() {}

  /**
   * Decodes unreserved characters, writes hex digits in upper case, and encodes a {@code %} that
   * encodes nothing: left alone, it could form a new escape with what is decoded behind it.
   */
  public static String normal(String text) {
    return text.indexOf('%') < 0 ? text : normal(text, c -> false);
  }

  /**
   * The same.
   *
   * @param isEncoded which characters (code points) are encoded as well, in UTF-8
   */
  static String normal(String text, IntPredicate isEncoded) {
    StringBuilder normal = new StringBuilder(text.length() + 16);
    int at = 0;
    while (at < text.length()) {
      int c = text.codePointAt(at);
      if (c == '%') {
        int octet = octet(text, at);
        if (octet < 0) {
          normal.append("%25");
        } else if (isUnreserved(octet)) {
          normal.append((char) octet);
        } else {
          encode(octet, normal);
        }
        at += octet < 0 ? 1 : 3;
      } else {
        if (isEncoded.test(c)) {
          for (byte b : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
            encode(b & 0xff, normal);
          }
        } else {
          normal.appendCodePoint(c);
        }
        at += Character.charCount(c);
      }
    }
    return normal.toString();
  }

  /** The octet that is encoded at a {@code %}, or -1. */
  private static int octet(String text, int at) {
    if (at + 2 >= text.length()
        || !HexFormat.isHexDigit(text.charAt(at + 1))
        || !HexFormat.isHexDigit(text.charAt(at + 2))) {
      return -1;
    }
    return HexFormat.fromHexDigits(text, at + 1, at + 3);
  }

  private static void encode(int octet, StringBuilder to) {
    to.append('%').append(HEX.toHighHexDigit(octet)).append(HEX.toLowHexDigit(octet));
  }

  /** RFC 3986, section 2.3. */
  static boolean isUnreserved(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '.'
        || c == '_'
        || c == '~';
  }
}
