package dev.stygian.services.extract;

import java.util.Locale;
import java.util.Optional;
import org.jsoup.nodes.Element;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Makes a value of what a field's selector matched: attribute or text, then regex, then type. */
record ValueReader(Page page) {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /**
   * Reads a value off one match.
   *
   * @param path of the field, for messages
   * @throws ExtractionFailedException where a regex never ends
   */
  Reading read(Field.OfValue field, Match match, String path) throws ExtractionFailedException {
    if (match instanceof Match.OfJson(JsonNode value)
        && field.regex().isEmpty()
        && (field.conversion() instanceof Conversion.AsItIs
            || isTyped(value, field.conversion()))) {
      return new Reading.Value(value);
    }
    Optional<String> raw = raw(field, match);
    if (raw.isEmpty()) {
      String attribute = field.attribute().orElse("");
      return new Reading.Missing(
          "its "
              + field.selector().quoted()
              + " matched an element without the attribute \""
              + attribute
              + "\"");
    }
    String text = raw.get();
    if (field.regex().isPresent()) {
      Optional<String> part = part(field, text, path);
      if (part.isEmpty()) {
        return new Reading.Missing("its regex finds nothing in " + Quote.of(text));
      }
      text =
          field.conversion() instanceof Conversion.ToHtml ? part.get() : NormalText.of(part.get());
    }
    Optional<JsonNode> value = converted(field, text);
    return value.isPresent() ? new Reading.Value(value.get()) : new Reading.Unfit(text);
  }

  /** Whether a JSON value already is what the type would make of it. */
  private static boolean isTyped(JsonNode value, Conversion conversion) {
    return (value.isNumber() && conversion instanceof Conversion.ToNumber)
        || (value.isBoolean() && conversion instanceof Conversion.ToBoolean);
  }

  private static Optional<String> raw(Field.OfValue field, Match match) {
    return switch (match) {
      case Match.OfElement found -> raw(field, found.element());
      case Match.OfText(String text) ->
          field.attribute().isPresent() ? Optional.empty() : Optional.of(NormalText.of(text));
      case Match.OfScanned(Optional<String> raw) -> raw;
      case Match.OfScan _ -> throw new IllegalStateException("a whole page is no value");
      case Match.OfJson(JsonNode value) ->
          Optional.of(value.isContainer() ? value.toString() : NormalText.of(value.asString()));
    };
  }

  private static Optional<String> raw(Field.OfValue field, Element element) {
    if (field.attribute().isPresent()) {
      String name = field.attribute().get();
      return element.attributes().hasKeyIgnoreCase(name)
          ? Optional.of(NormalText.of(element.attributes().getIgnoreCase(name)))
          : Optional.empty();
    }
    return Optional.of(
        field.conversion() instanceof Conversion.ToHtml ? element.html() : NormalText.of(element));
  }

  private Optional<String> part(Field.OfValue field, String text, String path)
      throws ExtractionFailedException {
    try {
      return BoundedText.find(field.regex().orElseThrow(), text);
    } catch (BoundedText.TooManyStepsException _) {
      throw new ExtractionFailedException(
          "the regex of field "
              + Quote.of(path)
              + " gave up on "
              + Quote.of(text)
              + " on "
              + page.label()
              + " after "
              + BoundedText.MAX_STEPS
              + " steps; make it simpler");
    }
  }

  private Optional<JsonNode> converted(Field.OfValue field, String text) {
    return switch (field.conversion()) {
      case Conversion.ToText(), Conversion.ToHtml(), Conversion.AsItIs() ->
          Optional.of(JSON.stringNode(text));
      case Conversion.ToNumber(var mark) -> NumberText.parse(text, mark);
      case Conversion.ToBoolean() -> bool(text, field.attribute());
      case Conversion.ToUrl() -> page.base().resolve(text).map(JSON::stringNode);
      case Conversion.ToDate(var format) -> DateText.parse(text, format).map(JSON::stringNode);
    };
  }

  /**
   * HTML's boolean attributes are true by being there: {@code checked}, {@code checked="checked"}.
   */
  private static Optional<JsonNode> bool(String text, Optional<String> attribute) {
    if (attribute.isPresent() && (text.isEmpty() || text.equalsIgnoreCase(attribute.get()))) {
      return Optional.of(JSON.booleanNode(true));
    }
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true", "yes", "y", "on", "1" -> Optional.of(JSON.booleanNode(true));
      case "false", "no", "n", "off", "0" -> Optional.of(JSON.booleanNode(false));
      default -> Optional.empty();
    };
  }
}
