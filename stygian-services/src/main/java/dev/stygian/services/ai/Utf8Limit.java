package dev.stygian.services.ai;

/**
 * A text that fits a number of UTF-8 bytes.
 *
 * @param text the beginning of the original that fits, never ending within a code point
 * @param cut whether anything was left out
 */
record Utf8Limit(String text, boolean cut) {

  static Utf8Limit of(String text, long maxBytes) {
    if (text.length() <= maxBytes / 3) {
      return new Utf8Limit(text, false); // a char takes three bytes at most
    }
    long bytes = 0;
    int at = 0;
    while (at < text.length()) {
      int codePoint = text.codePointAt(at);
      bytes += bytes(codePoint);
      if (bytes > maxBytes) {
        return new Utf8Limit(text.substring(0, at), true);
      }
      at += Character.charCount(codePoint);
    }
    return new Utf8Limit(text, false);
  }

  /** A text for a message: at most 500 bytes, with an ellipsis where it was longer. */
  static String brief(String text) {
    Utf8Limit limit = of(text.strip(), 500);
    return limit.cut() ? limit.text() + "…" : limit.text();
  }

  private static int bytes(int codePoint) {
    if (codePoint < 0x80) {
      return 1;
    } else if (codePoint < 0x800) {
      return 2;
    }
    return codePoint < 0x10000 ? 3 : 4;
  }
}
