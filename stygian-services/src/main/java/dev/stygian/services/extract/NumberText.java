package dev.stygian.services.extract;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The first number in a text, as people and shops write it. The rule, which
 * docs/services/extract.md repeats:
 *
 * <ul>
 *   <li>A space, {@code '} or {@code ’} between digits groups them.
 *   <li>Of {@code .} and {@code ,} the last is the decimal mark where both occur, and one that
 *       occurs more than once groups.
 *   <li>A single {@code .} is the decimal mark. So is a single {@code ,}, unless exactly three
 *       digits follow one to three digits that are not just zero: then it groups.
 *   <li>Groups must look like groups (1,234,567 or 12,34,567), or the text is no number.
 * </ul>
 */
final class NumberText {
  private static final int MAX_LENGTH = 60;
  private static final Pattern NUMBER =
      Pattern.compile(
          "(?:(?<![\\p{L}\\p{N}])(?<sign>[-+\u2212])\\p{Sc}?+ ?+)?"
              + "(?<digits>[0-9]++(?:[.,'’][0-9]++| [0-9]{3}(?![0-9]))*+"
              + "|(?<![^\\s\\p{Sc}+\u2212-])\\.[0-9]++)"
              + "(?:[eE](?<exponent>[-+]?[0-9]{1,2})(?![\\p{L}\\p{N}]))?");
  private static final Pattern GROUPED =
      Pattern.compile("[0-9]{1,3}(?:(?<mark>[.,'’ ])[0-9]{2,3})*+(?<=[.,'’ ][0-9]{3})");

  private NumberText() {}

  /**
   * Reads a number; empty where the text has none.
   *
   * @param decimalMark {@code .} or {@code ,} where the page's way is known; the other one groups
   */
  static Optional<JsonNode> parse(String text, Optional<Character> decimalMark) {
    Matcher found = NUMBER.matcher(text);
    if (!found.find() || found.end() - found.start() > MAX_LENGTH) {
      return Optional.empty();
    }
    String digits = found.group("digits");
    int mark = decimalMark.map(m -> digits.indexOf(m)).orElseGet(() -> decimalMarkAt(digits));
    String whole = mark < 0 ? digits : digits.substring(0, mark);
    String fraction = mark < 0 ? "" : digits.substring(mark + 1);
    if (!isDigits(fraction) || !(isDigits(whole) || isGrouped(whole))) {
      return Optional.empty();
    }
    String exponent = found.group("exponent");
    BigDecimal value =
        new BigDecimal(
            "0"
                + whole.replaceAll("[^0-9]", "")
                + "."
                + fraction
                + "0"
                + (exponent == null ? "" : "e" + exponent));
    String sign = found.group("sign");
    return Optional.of(json(sign == null || sign.equals("+") ? value : value.negate()));
  }

  /** Where the decimal mark stands; -1 where all marks group. */
  private static int decimalMarkAt(String digits) {
    int dot = digits.lastIndexOf('.');
    int comma = digits.lastIndexOf(',');
    int last = Math.max(dot, comma);
    if (last < 0 || (dot >= 0 && comma >= 0)) {
      return last;
    }
    if (digits.indexOf(digits.charAt(last)) != last) {
      return -1;
    }
    String before = digits.substring(0, last);
    boolean groups =
        comma == last
            && digits.length() - last == 4
            && isDigits(before)
            && before.length() <= 3
            && !before.chars().allMatch(c -> c == '0');
    return groups ? -1 : last;
  }

  private static boolean isDigits(String part) {
    return part.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private static boolean isGrouped(String whole) {
    Matcher grouped = GROUPED.matcher(whole);
    if (!grouped.matches()) {
      return false;
    }
    char mark = grouped.group("mark").charAt(0);
    return whole.chars().allMatch(c -> c == mark || (c >= '0' && c <= '9'));
  }

  /**
   * A whole number is one in JSON too; anything else is a double, which survives every JSON codec.
   */
  private static JsonNode json(BigDecimal value) {
    BigDecimal plain = value.stripTrailingZeros();
    if (plain.scale() > 0) {
      return JsonNodeFactory.instance.numberNode(plain.doubleValue());
    }
    return plain.precision() - plain.scale() <= 18
        ? JsonNodeFactory.instance.numberNode(plain.longValueExact())
        : JsonNodeFactory.instance.numberNode(plain.toBigIntegerExact());
  }
}
