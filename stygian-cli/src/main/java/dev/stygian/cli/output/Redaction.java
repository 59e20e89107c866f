package dev.stygian.cli.output;

import java.util.regex.Pattern;

/**
 * Takes passwords out of what people will see: the user part of every URL. A queue's password is
 * taken out even where it holds characters that should have been encoded.
 */
public final class Redaction {
  private static final Pattern USER_PART =
      Pattern.compile("(?<=://)[^\\s/?#\"']*@|(?<=rediss?(?:-cluster|-sentinel)?://).*@");

  private Redaction() {}

  public static String withoutPasswords(String text) {
    return text.indexOf('@') < 0 ? text : USER_PART.matcher(text).replaceAll("***@");
  }
}
