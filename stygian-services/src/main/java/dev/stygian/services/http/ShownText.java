package dev.stygian.services.http;

import java.util.regex.Pattern;

/** Texts of sites as they stand in messages: one line, without what terminals act on. */
final class ShownText {
  private static final int MOST_CHARS = 1000;
  private static final Pattern CONTROLS =
      Pattern.compile("[\\p{Cntrl}\\u0080-\\u009f\\u2028\\u2029]");

  private ShownText() {}

  static String of(String text) {
    String shown = text.length() > MOST_CHARS ? text.substring(0, MOST_CHARS) + "…" : text;
    return CONTROLS.matcher(shown).replaceAll(" ");
  }
}
