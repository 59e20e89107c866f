package dev.stygian.services.extract;

import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** What a field's value becomes: its {@code type}, with what belongs to that type. */
sealed interface Conversion {
  /** The type's words in a file. */
  String TEXT = "text";

  String HTML = "html";
  String NUMBER = "number";
  String BOOLEAN = "boolean";
  String URL = "url";
  String DATE = "date";

  record ToText() implements Conversion {}

  /** The markup within the element. */
  record ToHtml() implements Conversion {}

  record ToNumber(Optional<Character> decimalMark) implements Conversion {}

  record ToBoolean() implements Conversion {}

  /** An absolute URL. */
  record ToUrl() implements Conversion {}

  record ToDate(Optional<DateTimeFormatter> format) implements Conversion {}

  /** A JSON value as it stands: what a JSONPath without a type gives. */
  record AsItIs() implements Conversion {}

  /** For messages. */
  default String word() {
    return switch (this) {
      case ToText() -> TEXT;
      case ToHtml() -> HTML;
      case ToNumber(var mark) -> NUMBER;
      case ToBoolean() -> BOOLEAN;
      case ToUrl() -> URL;
      case ToDate(var format) -> DATE;
      case AsItIs() -> "value";
    };
  }
}
