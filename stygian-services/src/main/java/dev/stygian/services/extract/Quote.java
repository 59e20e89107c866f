package dev.stygian.services.extract;

/** Text of a page as messages show it. */
final class Quote {
  private static final int MAX_CODE_POINTS = 80;

  private Quote() {}

  /** In quotes, without control characters, cut to 80 characters. */
  static String of(String text) {
    boolean cut = text.codePointCount(0, text.length()) > MAX_CODE_POINTS;
    String shown = cut ? text.substring(0, text.offsetByCodePoints(0, MAX_CODE_POINTS)) : text;
    StringBuilder quoted = new StringBuilder(shown.length() + 3).append('"');
    shown
        .codePoints()
        .map(c -> Character.isISOControl(c) ? ' ' : c)
        .forEach(quoted::appendCodePoint);
    return quoted.append(cut ? "…\"" : "\"").toString();
  }
}
