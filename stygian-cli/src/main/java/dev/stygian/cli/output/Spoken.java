package dev.stygian.cli.output;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;

/** Durations, sizes and rates, rounded for people; and what others wrote, made fit for a line. */
public final class Spoken {
  private static final Pattern CONTROLS =
      Pattern.compile("[\\p{Cntrl}\\x{80}-\\x{9f}\\x{2028}\\x{2029}]");

  private Spoken() {}

  /** On one line, and without what terminals act on: sites have their say in errors. */
  public static String line(String text) {
    return CONTROLS.matcher(text).replaceAll(" ");
  }

  /** {@code 1 run}, {@code 2 runs}. */
  public static String count(long count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }

  /** {@code 0.8s}, {@code 42s}, {@code 3m 05s}, {@code 2h 07m}. */
  public static String duration(Duration span) {
    long seconds = span.toSeconds();
    if (seconds < 10) {
      return String.format(Locale.ROOT, "%.1fs", Math.max(0, span.toMillis()) / 1000.0);
    } else if (seconds < 60) {
      return seconds + "s";
    } else if (seconds < 3600) {
      return String.format(Locale.ROOT, "%dm %02ds", seconds / 60, seconds % 60);
    }
    return String.format(Locale.ROOT, "%dh %02dm", seconds / 3600, seconds / 60 % 60);
  }

  /** {@code 512 B}, {@code 1.5 MB}. */
  public static String bytes(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    double size = bytes;
    String unit = "B";
    for (String next : new String[] {"KB", "MB", "GB"}) {
      if (size < 1024) {
        break;
      }
      size /= 1024;
      unit = next;
    }
    return String.format(Locale.ROOT, "%.1f %s", size, unit);
  }

  /** {@code 12/s}, {@code 0.4/s}. */
  public static String rate(double perSecond) {
    return perSecond >= 10
        ? Math.round(perSecond) + "/s"
        : String.format(Locale.ROOT, "%.1f/s", perSecond);
  }
}
