package dev.stygian.graph.settings;

import dev.stygian.graph.error.SettingInvalidException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Times and sizes as people write them: {@code "250ms"}, {@code "10s"}, {@code "1.5m"}, {@code
 * "2h"}, {@code "1d"}; {@code "512 KB"}, {@code "5 MB"}, {@code "1 GiB"}. Decimal and binary size
 * units both mean powers of 1024, as memory limits usually do.
 */
public final class Spans {
  private static final Pattern NUMBER_AND_UNIT =
      Pattern.compile("\\s*([0-9]{1,12}(?:\\.[0-9]{1,6})?)\\s*([A-Za-z]*)\\s*");
  private static final double LONGEST_MILLIS = Duration.ofDays(36_500).toMillis();

  private Spans() {}

  /**
   * Reads a duration.
   *
   * @throws SettingInvalidException where the text is none; the message shows the accepted form
   */
  public static Duration duration(String text) {
    Matcher m = NUMBER_AND_UNIT.matcher(text);
    double unitMillis = m.matches() ? unitMillis(m.group(2)) : -1;
    double millis = unitMillis < 0 ? -1 : Double.parseDouble(m.group(1)) * unitMillis;
    if (millis < 0 || millis > LONGEST_MILLIS) {
      throw new SettingInvalidException(
          "\"" + text + "\" is no duration; write a number and a unit: 250ms, 10s, 5m, 2h or 1d");
    }
    return Duration.ofMillis(Math.round(millis));
  }

  /**
   * Reads a size in bytes.
   *
   * @throws SettingInvalidException where the text is none; the message shows the accepted form
   */
  public static long bytes(String text) {
    Matcher m = NUMBER_AND_UNIT.matcher(text);
    double unitBytes = m.matches() ? unitBytes(m.group(2)) : -1;
    double bytes = unitBytes < 0 ? -1 : Double.parseDouble(m.group(1)) * unitBytes;
    if (bytes < 0 || bytes > (1L << 50)) {
      throw new SettingInvalidException(
          "\"" + text + "\" is no size; write a number and a unit: 512 B, 64 KB, 5 MB or 1 GB");
    }
    return Math.round(bytes);
  }

  /** The shortest exact form of a duration: {@code 90s}, {@code 5m}, {@code 24h}. */
  public static String format(Duration span) {
    long millis = span.toMillis();
    if (millis == 0) {
      return "0s";
    } else if (millis % 86_400_000 == 0) {
      return millis / 86_400_000 + "d";
    } else if (millis % 3_600_000 == 0) {
      return millis / 3_600_000 + "h";
    } else if (millis % 60_000 == 0) {
      return millis / 60_000 + "m";
    } else if (millis % 1000 == 0) {
      return millis / 1000 + "s";
    }
    return millis + "ms";
  }

  private static double unitMillis(String unit) {
    return switch (unit) {
      case "ms" -> 1;
      case "s", "sec" -> 1000;
      case "m", "min" -> 60_000;
      case "h" -> 3_600_000;
      case "d" -> 86_400_000;
      default -> -1;
    };
  }

  private static double unitBytes(String unit) {
    return switch (unit.toUpperCase(java.util.Locale.ROOT)) {
      case "B" -> 1;
      case "K", "KB", "KIB" -> 1L << 10;
      case "M", "MB", "MIB" -> 1L << 20;
      case "G", "GB", "GIB" -> 1L << 30;
      default -> -1;
    };
  }
}
