package dev.stygian.services.extract;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Dates and times as ISO 8601. What a page does not tell is not made up: a date stays a date, and a
 * time gets an offset only where the text has one.
 */
final class DateText {
  private static final int MAX_LENGTH = 100;
  private static final List<DateTimeFormatter> KNOWN =
      List.of(
          iso8601(),
          DateTimeFormatter.RFC_1123_DATE_TIME,
          format("[EEEE, ][EEE, ]d MMMM uuuu"),
          format("[EEEE, ][EEE, ]d MMM uuuu"),
          format("[EEEE, ][EEE, ]MMMM d, uuuu"),
          format("[EEEE, ][EEE, ]MMM d, uuuu"),
          format("d.M.uuuu"),
          format("uuuu/M/d"));

  private DateText() {}

  private static DateTimeFormatter iso8601() {
    return new DateTimeFormatterBuilder()
        .parseCaseInsensitive()
        .appendPattern("uuuu-MM-dd")
        .optionalStart()
        .appendPattern("['T'][' ']HH:mm")
        .optionalStart()
        .appendPattern(":ss")
        .optionalStart()
        .appendFraction(ChronoField.NANO_OF_SECOND, 1, 9, true)
        .optionalEnd()
        .optionalEnd()
        .appendPattern("[ ]")
        .optionalStart()
        .appendOffset("+HH:MM", "Z")
        .optionalEnd()
        .optionalStart()
        .appendOffset("+HHMM", "Z")
        .optionalEnd()
        .optionalStart()
        .appendOffset("+HHmm", "Z")
        .optionalEnd()
        .toFormatter(Locale.ENGLISH)
        .withResolverStyle(ResolverStyle.STRICT);
  }

  /**
   * A pattern as {@link DateTimeFormatter} has them, with English names.
   *
   * @throws IllegalArgumentException where it is none
   */
  static DateTimeFormatter format(String pattern) {
    return new DateTimeFormatterBuilder()
        .parseCaseInsensitive()
        .appendPattern(pattern)
        // strict resolving refuses 30 February, but would also refuse y (of an era) without it
        .parseDefaulting(ChronoField.ERA, 1)
        .toFormatter(Locale.ENGLISH)
        .withResolverStyle(ResolverStyle.STRICT);
  }

  /** The date in ISO form; empty where the text is none in the format, or in any known one. */
  static Optional<String> parse(String text, Optional<DateTimeFormatter> format) {
    if (text.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    return format.map(List::of).orElse(KNOWN).stream()
        .flatMap(known -> parse(text, known).stream())
        .findFirst();
  }

  private static Optional<String> parse(String text, DateTimeFormatter format) {
    try {
      return Optional.of(
          iso(format.parseBest(text, ZonedDateTime::from, LocalDateTime::from, LocalDate::from)));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static String iso(TemporalAccessor parsed) {
    return switch (parsed) {
      case ZonedDateTime zoned -> DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(zoned);
      case LocalDateTime local -> DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(local);
      default -> DateTimeFormatter.ISO_LOCAL_DATE.format(parsed);
    };
  }
}
