package dev.stygian.services.discover;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;
import java.util.Optional;

/**
 * Times of sitemaps and feeds: W3C date-time (a year, a month, a day, or more) and RFC 822. What is
 * left out is the first; a time without a zone is UTC.
 */
final class EntryDate {
  private static final int MAX_CHARS = 60;

  private static final DateTimeFormatter W3C =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu[-MM[-dd[['T'][' ']HH:mm[:ss")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .appendPattern("]]]][ ]")
          .optionalStart()
          .appendOffset("+HH:MM", "Z")
          .optionalEnd()
          .optionalStart()
          .appendOffset("+HHmm", "Z")
          .optionalEnd()
          .toFormatter(Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);

  private static final DateTimeFormatter RFC_822 =
      new DateTimeFormatterBuilder()
          .parseCaseInsensitive()
          .appendPattern("d MMM [uuuu][uu] HH:mm[:ss][ ][XX][zzz]")
          .toFormatter(Locale.ENGLISH)
          .withResolverStyle(ResolverStyle.STRICT);

  private EntryDate() {}

  /** Empty where the text is no time. */
  static Optional<Instant> parse(String text) {
    String date = text.strip();
    if (date.isEmpty() || date.length() > MAX_CHARS) {
      return Optional.empty();
    }
    boolean isW3c = date.length() >= 4 && date.chars().limit(4).allMatch(Character::isDigit);
    // the day of the week says nothing, and is wrong in some feeds
    return isW3c ? parse(date, W3C) : parse(date.substring(date.indexOf(',') + 1).strip(), RFC_822);
  }

  private static Optional<Instant> parse(String text, DateTimeFormatter format) {
    try {
      return Optional.of(instant(format.parse(text)));
    } catch (DateTimeException _) {
      return Optional.empty();
    }
  }

  private static Instant instant(TemporalAccessor time) {
    if (time.isSupported(ChronoField.INSTANT_SECONDS)) {
      return Instant.from(time);
    } else if (time.isSupported(ChronoField.HOUR_OF_DAY)) {
      return LocalDateTime.from(time).toInstant(ZoneOffset.UTC);
    }
    int month =
        time.isSupported(ChronoField.MONTH_OF_YEAR) ? time.get(ChronoField.MONTH_OF_YEAR) : 1;
    int day = time.isSupported(ChronoField.DAY_OF_MONTH) ? time.get(ChronoField.DAY_OF_MONTH) : 1;
    return LocalDate.of(time.get(ChronoField.YEAR), month, day)
        .atStartOfDay(ZoneOffset.UTC)
        .toInstant();
  }
}
