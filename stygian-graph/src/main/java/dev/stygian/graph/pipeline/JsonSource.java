package dev.stygian.graph.pipeline;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;

/** Reads JSON. It has one syntax error at most, since nothing tells where the next part starts. */
final class JsonSource {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(PipelineSource.READ_DEPTH)
                  .maxStringLength(PipelineSource.MAX_BYTES)
                  .maxNameLength(PipelineSource.MAX_BYTES)
                  .build())
          .build();
  private static final int LONGEST_MESSAGE = 200;
  private static final Pattern DETAILS =
      Pattern.compile(" ?(?:\\(code \\d+[^)]*\\)|\\(start marker.*)", Pattern.DOTALL);
  private static final Pattern LONG_WORDS = Pattern.compile("'[^']{3,}'");

  private final JsonParser parser;
  private final Problems problems;

  private JsonSource(JsonParser parser, Problems problems) {
    this.parser = parser;
    this.problems = problems;
  }

  static SourceValue.Table read(String text, Problems problems) {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      return new JsonSource(parser, problems).rootOrNothing();
    }
  }

  private SourceValue.Table rootOrNothing() {
    try {
      return root();
    } catch (StreamConstraintsException e) {
      boolean isLong = String.valueOf(e.getMessage()).contains("Number");
      problems.syntax(
          place(parser.currentLocation()),
          isLong ? "the number is too long; write at most 1000 digits" : PipelineSource.TOO_DEEP);
    } catch (JacksonException e) {
      problems.syntax(place(e.getLocation()), message(e.getOriginalMessage()));
    }
    return new SourceValue.Table(Place.START, new LinkedHashMap<>());
  }

  private static String message(String found) {
    if (found.startsWith("Unrecognized token")) {
      // which may be a secret that lacks its quotes
      return "no valid JSON: there is a word without quotes; put texts in double quotes";
    }
    String told = LONG_WORDS.matcher(DETAILS.matcher(found).replaceAll("")).replaceAll("text");
    return "no valid JSON: "
        + Character.toLowerCase(told.charAt(0))
        + Quoted.plain(told.substring(1).strip(), LONGEST_MESSAGE)
        + "; repair it from here on";
  }

  private SourceValue.Table root() {
    JsonToken first = parser.nextToken();
    if (first != JsonToken.START_OBJECT) {
      String kind = first == null ? "empty" : value(first).kind();
      problems.syntax(Place.START, "the file is " + kind + "; a pipeline is an object: {…}");
      return new SourceValue.Table(Place.START, new LinkedHashMap<>());
    }
    SourceValue.Table root = table();
    if (parser.nextToken() != null) {
      problems.syntax(here(), "no valid JSON: something follows the last brace; remove it");
    }
    return root;
  }

  private SourceValue.Table table() {
    Place start = here();
    SequencedMap<String, SourceValue.Entry> entries = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String key = parser.currentName();
      Place place = here();
      SourceValue.Entry added = new SourceValue.Entry(place, value(parser.nextToken()));
      SourceValue.@Nullable Entry first = entries.putIfAbsent(key, added);
      if (first != null) {
        problems.wrong(
            place,
            Quoted.of(key)
                + " is defined twice, first at line "
                + first.key().line()
                + "; keep one of the two");
      }
    }
    return new SourceValue.Table(start, entries);
  }

  private SourceValue.Array array() {
    Place start = here();
    List<SourceValue> elements = new ArrayList<>();
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      elements.add(value(token));
    }
    return new SourceValue.Array(start, elements);
  }

  private SourceValue value(JsonToken token) {
    Place place = here();
    return switch (token) {
      case START_OBJECT -> table();
      case START_ARRAY -> array();
      case VALUE_STRING -> new SourceValue.Text(place, parser.getString());
      case VALUE_NUMBER_INT ->
          switch (parser.getNumberType()) {
            case INT, LONG -> new SourceValue.Whole(place, parser.getLongValue());
            case BIG_INTEGER, FLOAT, DOUBLE, BIG_DECIMAL -> decimal(place);
          };
      case VALUE_NUMBER_FLOAT -> decimal(place);
      case VALUE_TRUE -> new SourceValue.Flag(place, true);
      case VALUE_FALSE -> new SourceValue.Flag(place, false);
      case VALUE_NULL -> new SourceValue.Nothing(place);
      case END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
          throw new IllegalStateException("a JSON value cannot start with " + token);
    };
  }

  private SourceValue decimal(Place place) {
    double number = Double.parseDouble(parser.getString());
    if (!Double.isFinite(number)) {
      problems.wrong(place, "the number is too large; numbers go up to 1.7e308");
      return new SourceValue.Decimal(place, 0);
    }
    return new SourceValue.Decimal(place, number);
  }

  private Place here() {
    return place(parser.currentTokenLocation());
  }

  private static Place place(@Nullable TokenStreamLocation location) {
    return location == null
        ? Place.START
        : new Place(Math.max(1, location.getLineNr()), Math.max(1, location.getColumnNr()));
  }
}
