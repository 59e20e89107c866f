package dev.stygian.services.discover;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the first bytes of an XML or text file say of its charset (XML 1.0, appendix F): a byte
 * order mark, two bytes for a {@code <}, the XML declaration; else it is UTF-8.
 *
 * @param markBytes how long the byte order mark is
 */
record XmlCharset(Charset charset, int markBytes) {
  /** Within so many bytes an XML declaration ends. */
  static final int HEAD_BYTES = 256;

  private static final Pattern DECLARED =
      Pattern.compile("\\s*<\\?xml\\s[^>]*?encoding\\s*=\\s*[\"']([A-Za-z0-9_.:-]+)[\"']");

  static XmlCharset of(byte[] head) {
    int first = twoBytes(head, 0);
    if (first == 0xfeff || first == 0xfffe) {
      return new XmlCharset(
          first == 0xfeff ? StandardCharsets.UTF_16BE : StandardCharsets.UTF_16LE, 2);
    } else if (hasUtf8Mark(head)) {
      return ofDecoded(head);
    } else if (first == 0x003c || first == 0x3c00) {
      return new XmlCharset(
          first == 0x003c ? StandardCharsets.UTF_16BE : StandardCharsets.UTF_16LE, 0);
    }
    Matcher declared = DECLARED.matcher(new String(head, StandardCharsets.ISO_8859_1));
    return new XmlCharset(
        declared.lookingAt() ? named(declared.group(1)) : StandardCharsets.UTF_8, 0);
  }

  /**
   * The same for a text that somebody decoded and that is UTF-8 now: what it declares was true of
   * other bytes.
   */
  static XmlCharset ofDecoded(byte[] head) {
    return new XmlCharset(StandardCharsets.UTF_8, hasUtf8Mark(head) ? 3 : 0);
  }

  private static boolean hasUtf8Mark(byte[] head) {
    return twoBytes(head, 0) == 0xefbb && (twoBytes(head, 1) & 0xff) == 0xbf;
  }

  private static int twoBytes(byte[] head, int at) {
    return at + 1 < head.length ? (head[at] & 0xff) << 8 | (head[at + 1] & 0xff) : -1;
  }

  private static Charset named(String name) {
    try {
      Charset charset = Charset.forName(name);
      // what could be read as ASCII so far is neither UTF-16 nor UTF-32
      return charset.name().startsWith("UTF-") ? StandardCharsets.UTF_8 : charset;
    } catch (IllegalArgumentException _) {
      return StandardCharsets.UTF_8;
    }
  }
}
