package dev.stygian.graph.pipeline;

import java.util.regex.Pattern;

/** Words of a file as a message may show them: on one line, short, without a password. */
final class Quoted {
  private static final int LONGEST = 80;
  private static final Pattern CREDENTIALS = Pattern.compile("//.*@", Pattern.DOTALL);
  private static final Pattern QUERY = Pattern.compile("\\?.*", Pattern.DOTALL);

  private Quoted() {}

  /** In double quotes, made safe for a terminal and a log. */
  static String of(String text) {
    return '"' + plain(text) + '"';
  }

  /** A URL in double quotes, without user, password and query. */
  static String url(String url) {
    String cut = CREDENTIALS.matcher(url).replaceFirst("//…@");
    return of(QUERY.matcher(cut).replaceFirst("?…"));
  }

  /** Without quotes: cut to a readable length, with what would break or turn the line escaped. */
  static String plain(String text) {
    return plain(text, LONGEST);
  }

  static String plain(String text, int longest) {
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .limit(longest)
        .forEach(c -> {
          if (isUnsafe(c)) {
            out.append(String.format("\\u%04x", c));
          } else {
            out.appendCodePoint(c);
          }
        });
    return out.append(text.codePointCount(0, text.length()) > longest ? "…" : "").toString();
  }

  private static boolean isUnsafe(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      case Character.FORMAT -> c != 0x200D; // emoji are joined by it, the rest may turn the line
      default -> false;
    };
  }
}
