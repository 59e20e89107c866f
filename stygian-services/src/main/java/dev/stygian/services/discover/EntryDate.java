package dev.stygian.services.discover;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
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
          .appendPattern("]]]][ ][XXX][XX][X]")
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
    // the day of the week says nothing, and is wrong in some feeds
    String withoutDay = date.substring(date.indexOf(',') + 1).strip();
    return parse(date, W3C).or(() -> parse(withoutDay, RFC_822));
  }

  private static Optional<Instant> parse(String text, DateTimeFormatter format) {
    try {
      return Optional.of(
          instant(
              format.parseBest(
                  text,
                  ZonedDateTime::from,
                  LocalDateTime::from,
                  LocalDate::from,
                  YearMonth::from,
                  Year::from)));
    } catch (DateTimeException _) {
      return Optional.empty();
    }
  }

  private static Instant instant(TemporalAccessor time) {
    return switch (time) {
      case ZonedDateTime zoned -> zoned.toInstant();
      case LocalDateTime local -> local.toInstant(ZoneOffset.UTC);
      case LocalDate day -> day.atStartOfDay(ZoneOffset.UTC).toInstant();
      case YearMonth month -> month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
      default -> Year.from(time).atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    };
  }
}
