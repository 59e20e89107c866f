package dev.stygian.services.extract;

import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Reads the fields off one page. For one thread and one page. */
final class PageReader {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** Elements within elements repeat their text; 512 deep a small page would fill the heap. */
  static final int MAX_CHARACTERS = 1 << 25;

  private final Page page;
  private final ValueReader values;
  private boolean foundAnything;
  private long characters;

  PageReader(Page page) {
    this.page = page;
    this.values = new ValueReader(page);
  }

  /** Whether the page gave anything: a fallback, an empty text, a count of 0 are nothing. */
  boolean foundAnything() {
    return foundAnything;
  }

  /**
   * Reads a record.
   *
   * @throws ExtractionFailedException where a required field has no value, a regex never ends, or
   *     the fields hold too much
   * @throws InterruptedException where the thread was interrupted before a match
   */
  ObjectNode read(List<Field> fields) throws ExtractionFailedException, InterruptedException {
    return read(fields, Scope.ofPage(page.root()), "");
  }

  private ObjectNode read(List<Field> fields, Scope scope, String prefix)
      throws ExtractionFailedException, InterruptedException {
    ObjectNode record = JSON.objectNode();
    for (Field field : fields) {
      String path = prefix + field.name();
      record.set(
          field.name(),
          switch (field) {
            case Field.OfCount count -> count(count, scope, path);
            case Field.OfRecord inner when inner.all() -> records(inner, scope, path);
            case Field.OfRecord inner -> record(inner, scope, path);
            case Field.OfValue value when value.all() -> list(value, scope, path);
            case Field.OfValue value -> single(value, scope, path);
          });
    }
    return record;
  }

  private JsonNode count(Field.OfCount field, Scope scope, String path)
      throws ExtractionFailedException {
    long matches = scope.count(field);
    if (matches == 0 && field.required()) {
      throw missing(path, matchedNothing(field));
    }
    foundAnything |= matches > 0;
    return JSON.numberNode(matches);
  }

  private JsonNode record(Field.OfRecord field, Scope scope, String path)
      throws ExtractionFailedException, InterruptedException {
    Optional<Match> match = scope.first(field);
    if (match.isEmpty()) {
      if (field.required()) {
        throw missing(path, matchedNothing(field));
      }
      return JSON.nullNode();
    }
    return read(field.fields(), scope.within(match.get()), path + ".");
  }

  private JsonNode records(Field.OfRecord field, Scope scope, String path)
      throws ExtractionFailedException, InterruptedException {
    ArrayNode records = JSON.arrayNode();
    for (Match match : scope.all(field)) {
      letInterruptsThrough();
      records.add(read(field.fields(), scope.within(match), path + "[" + records.size() + "]."));
    }
    if (records.isEmpty() && field.required()) {
      throw missing(path, matchedNothing(field));
    }
    return records;
  }

  private JsonNode single(Field.OfValue field, Scope scope, String path)
      throws ExtractionFailedException {
    Optional<Match> match = scope.first(field);
    Reading reading =
        match.isPresent()
            ? values.read(field, match.get(), path)
            : new Reading.Missing(matchedNothing(field));
    return switch (reading) {
      case Reading.Value(JsonNode value) -> found(field, value, path);
      case Reading.Unfit(String text) -> unfit(field, text, path);
      case Reading.Missing(String why) -> nothing(field, why, path, JSON.nullNode());
    };
  }

  private JsonNode list(Field.OfValue field, Scope scope, String path)
      throws ExtractionFailedException, InterruptedException {
    ArrayNode list = JSON.arrayNode();
    String whyNothing = matchedNothing(field);
    for (Match match : scope.all(field)) {
      letInterruptsThrough();
      switch (values.read(field, match, path)) {
        case Reading.Value(JsonNode value) -> list.add(found(field, value, path));
        case Reading.Unfit(String text) -> list.add(unfit(field, text, path));
        case Reading.Missing(String why) -> whyNothing = why;
      }
    }
    return list.isEmpty() ? nothing(field, whyNothing, path, list) : list;
  }

  private JsonNode found(Field.OfValue field, JsonNode value, String path)
      throws ExtractionFailedException {
    boolean empty = (value.isString() && value.asString().isEmpty()) || isEmptyContainer(value);
    if (empty && field.required()) {
      throw missing(path, "its " + field.selector().quoted() + " matched something empty");
    }
    foundAnything |= !empty;
    characters += value.isString() ? value.asString().length() : 1;
    if (characters > MAX_CHARACTERS) {
      throw new ExtractionFailedException(
          "the fields hold more than "
              + MAX_CHARACTERS
              + " characters on "
              + page.label()
              + "; do elements within each other match? Select fewer");
    }
    return value;
  }

  private static boolean isEmptyContainer(JsonNode value) {
    return value.isContainer() && value.isEmpty();
  }

  private JsonNode unfit(Field.OfValue field, String text, String path)
      throws ExtractionFailedException {
    if (field.required()) {
      throw missing(path, Quote.of(text) + " is no " + field.conversion().word());
    }
    return field.all() ? JSON.nullNode() : field.fallback().orElse(JSON.nullNode());
  }

  private JsonNode nothing(Field.OfValue field, String why, String path, JsonNode empty)
      throws ExtractionFailedException {
    if (field.fallback().isPresent()) {
      return field.fallback().get().deepCopy();
    }
    if (field.required()) {
      throw missing(path, why);
    }
    return empty;
  }

  private ExtractionFailedException missing(String path, String why) {
    return new ExtractionFailedException(
        "field " + Quote.of(path) + " is required, but " + why + " on " + page.label());
  }

  private static void letInterruptsThrough() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted in the middle of a page");
    }
  }

  private static String matchedNothing(Field field) {
    return "its " + field.selector().quoted() + " matched nothing";
  }
}
