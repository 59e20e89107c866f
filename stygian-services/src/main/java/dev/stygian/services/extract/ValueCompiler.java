package dev.stygian.services.extract;

import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import tools.jackson.databind.JsonNode;

/** Reads from a field's table what its value becomes: regex, type and default. */
final class ValueCompiler {
  private static final List<String> TYPES =
      List.of(
          Conversion.TEXT,
          Conversion.HTML,
          Conversion.NUMBER,
          Conversion.BOOLEAN,
          Conversion.URL,
          Conversion.DATE);

  private ValueCompiler() {}

  static Optional<Pattern> regex(FieldTable table) {
    return table
        .text("regex")
        .flatMap(text -> {
          try {
            return Optional.of(Pattern.compile(text));
          } catch (PatternSyntaxException e) {
            table.problem("regex", Quote.of(text) + " is no regex: " + e.getDescription());
            return Optional.empty();
          }
        });
  }

  static Conversion conversion(FieldTable table, boolean json) {
    Optional<String> type = table.word("type", TYPES);
    Optional<Character> mark =
        table.word("decimal_mark", List.of(".", ",")).map(word -> word.charAt(0));
    if (table.has("decimal_mark") && !type.equals(Optional.of(Conversion.NUMBER))) {
      table.problem("decimal_mark", "decimal_mark belongs to type = \"number\"");
    }
    if (table.has("format") && !type.equals(Optional.of(Conversion.DATE))) {
      table.problem("format", "format belongs to type = \"date\"");
    }
    if (type.equals(Optional.of(Conversion.HTML)) && (json || table.has("attr"))) {
      table.problem("type", "only an element has HTML; use type = \"text\"");
    }
    if (type.isEmpty()) {
      return json ? new Conversion.AsItIs() : new Conversion.ToText();
    }
    return switch (type.get()) {
      case Conversion.HTML -> new Conversion.ToHtml();
      case Conversion.NUMBER -> new Conversion.ToNumber(mark);
      case Conversion.BOOLEAN -> new Conversion.ToBoolean();
      case Conversion.URL -> new Conversion.ToUrl();
      case Conversion.DATE ->
          new Conversion.ToDate(table.text("format").flatMap(f -> format(table, f)));
      default -> new Conversion.ToText();
    };
  }

  private static Optional<DateTimeFormatter> format(FieldTable table, String pattern) {
    try {
      return Optional.of(DateText.format(pattern));
    } catch (IllegalArgumentException e) {
      table.problem(
          "format",
          Quote.of(pattern) + " is no date pattern: " + e.getMessage() + "; write d.M.yyyy, say");
      return Optional.empty();
    }
  }

  static Optional<JsonNode> fallback(FieldTable table, Conversion conversion, boolean all) {
    Optional<JsonNode> value = table.value("default");
    Predicate<JsonNode> fits = fits(conversion);
    boolean good =
        value.isEmpty()
            || (all
                ? value.get().isArray() && value.get().valueStream().allMatch(fits)
                : fits.test(value.get()));
    if (!good) {
      table.problem(
          "default",
          "default must be what the field gives: "
              + (all ? "an array of type " : "of type ")
              + conversion.word());
    }
    return value;
  }

  private static Predicate<JsonNode> fits(Conversion conversion) {
    return switch (conversion) {
      case Conversion.ToNumber number -> JsonNode::isNumber;
      case Conversion.ToBoolean bool -> JsonNode::isBoolean;
      case Conversion.AsItIs any -> value -> true;
      case Conversion.ToText text -> JsonNode::isString;
      case Conversion.ToHtml html -> JsonNode::isString;
      case Conversion.ToUrl url -> JsonNode::isString;
      case Conversion.ToDate date -> JsonNode::isString;
    };
  }
}
