package dev.stygian.graph.settings;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code ${env:NAME}} looks like in a text, and what only meant to be one. */
public final class EnvReference {
  static final Pattern WELL_FORMED = Pattern.compile("\\$\\{env:([A-Za-z_][A-Za-z0-9_]*)\\}");

  private static final Pattern OPENING = Pattern.compile("\\$\\{\\s*([A-Za-z]*)(:?)");

  private EnvReference() {}

  /** Whether the text holds a reference, be it well formed or not. */
  public static boolean isIn(String text) {
    return text.contains("${");
  }

  /**
   * Whether the text holds something that was meant as a reference but would be used literally: a
   * word misspelt, no colon, no closing brace. Templates and regular expressions may hold another
   * {@code ${…}}; a secret may not.
   */
  public static boolean isBrokenIn(String text, boolean isSecret) {
    Matcher opening = OPENING.matcher(text);
    Matcher reference = WELL_FORMED.matcher(text);
    while (opening.find()) {
      boolean isMeant =
          isSecret
              || !opening.group(2).isEmpty()
              || opening.group(1).toLowerCase(Locale.ROOT).equals("env");
      reference.region(opening.start(), text.length());
      if (isMeant && !reference.lookingAt()) {
        return true;
      }
    }
    return false;
  }
}
