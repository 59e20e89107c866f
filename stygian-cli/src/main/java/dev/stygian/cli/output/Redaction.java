package dev.stygian.cli.output;

import java.util.regex.Pattern;

/** Takes passwords out of what people will see: the user part of every URL. */
public final class Redaction {
  private static final Pattern USER_PART = Pattern.compile("(?<=://)[^\\s/@\"']*@");

  private Redaction() {}

  public static String withoutPasswords(String text) {
    return text.indexOf('@') < 0 ? text : USER_PART.matcher(text).replaceAll("***@");
  }
}
