package dev.stygian.graph.pipeline;

import dev.stygian.graph.settings.Spans;
import dev.stygian.graph.settings.ValueType;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a value must be, in words that end a message. */
final class TypeWords {
  private static final String[] UNITS = {"B", "KB", "MB", "GB"};

  private TypeWords() {}

  static String of(ValueType type) {
    return switch (type) {
      case ValueType.Text() -> "a text";
      case ValueType.SecretText() -> "a text, best a reference: \"${env:NAME}\"";
      case ValueType.Url() -> "a URL that starts with http:// or https://";
      case ValueType.Whole(long min, long max) -> "a whole number" + range(min, max);
      case ValueType.Decimal(double min, double max) -> "a number" + range(min, max);
      case ValueType.Flag() -> "true or false";
      case ValueType.Span(long min, long max) -> span(min, max);
      case ValueType.Bytes(long min, long max) -> bytes(min, max);
      case ValueType.Choice(List<String> words) -> alternatives(words.stream().map(Quoted::of));
      case ValueType.ListOf(ValueType element) -> "an array of " + plural(element);
      case ValueType.MapOf(ValueType value) -> "a table of " + plural(value);
      case ValueType.Table _ -> "a table";
      case ValueType.Either(List<ValueType> types) ->
          alternatives(types.stream().map(TypeWords::of));
      case ValueType.Anything() -> "any value";
    };
  }

  private static String plural(ValueType type) {
    return switch (type) {
      case ValueType.Text _, ValueType.SecretText _ -> "texts";
      case ValueType.Url _ -> "URLs that start with http:// or https://";
      case ValueType.Whole(long min, long max) -> "whole numbers" + range(min, max);
      case ValueType.Table _ -> "tables";
      case ValueType.Decimal _,
          ValueType.Flag _,
          ValueType.Span _,
          ValueType.Bytes _,
          ValueType.Choice _,
          ValueType.ListOf _,
          ValueType.MapOf _,
          ValueType.Either _,
          ValueType.Anything _ ->
          "values, each " + of(type);
    };
  }

  private static String span(long minMillis, long maxMillis) {
    boolean usualFits = minMillis <= 10_000 && maxMillis >= 10_000;
    Duration example = Duration.ofMillis(usualFits ? 10_000 : maxMillis);
    return "a duration from "
        + Spans.format(Duration.ofMillis(minMillis))
        + " to "
        + Spans.format(Duration.ofMillis(maxMillis))
        + ", such as "
        + Quoted.of(Spans.format(example));
  }

  private static String bytes(long min, long max) {
    long usual = 5L << 20;
    long example = min <= usual && max >= usual ? usual : min;
    return "a size from "
        + size(min)
        + " to "
        + size(max)
        + ", such as "
        + Quoted.of(size(example));
  }

  /** A size in the largest unit in which it is whole. */
  static String size(long bytes) {
    int unit = 0;
    long count = bytes;
    while (count != 0 && count % 1024 == 0 && unit < UNITS.length - 1) {
      count /= 1024;
      unit++;
    }
    return count + " " + UNITS[unit];
  }

  private static String range(long min, long max) {
    if (max == Long.MAX_VALUE) {
      return min == Long.MIN_VALUE ? "" : ", at least " + min;
    }
    return min == Long.MIN_VALUE ? ", at most " + max : " from " + min + " to " + max;
  }

  private static String range(double min, double max) {
    boolean isOpenAbove = max == Double.MAX_VALUE || max == Double.POSITIVE_INFINITY;
    boolean isOpenBelow = min == -Double.MAX_VALUE || min == Double.NEGATIVE_INFINITY;
    if (isOpenAbove) {
      return isOpenBelow ? "" : ", at least " + number(min);
    }
    return isOpenBelow ? ", at most " + number(max) : " from " + number(min) + " to " + number(max);
  }

  private static String number(double number) {
    return number == Math.rint(number) && Math.abs(number) < 1e15
        ? Long.toString((long) number)
        : Double.toString(number);
  }

  private static String alternatives(Stream<String> words) {
    List<String> all = words.collect(Collectors.toList());
    if (all.size() < 2) {
      return String.join("", all);
    }
    String last = all.removeLast();
    return String.join(", ", all) + " or " + last;
  }
}
