package dev.stygian.graph.pipeline;

import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A value of a pipeline file and its place: what TOML and JSON are both read into. */
sealed interface SourceValue {
  /** Whole numbers below it fit a long. */
  double LONG_LIMIT = 0x1p63;

  Place place();

  /** What it is, for messages: {@code a text}. */
  String kind();

  /** The same value without places. */
  default JsonNode toJson() {
    JsonNodeFactory json = JsonNodeFactory.instance;
    return switch (this) {
      case Table table -> table.toObject();
      case Array array -> {
        ArrayNode all = json.arrayNode();
        array.elements().forEach(e -> all.add(e.toJson()));
        yield all;
      }
      case Text text -> json.stringNode(text.text());
      case Date date -> json.stringNode(date.text());
      case Whole whole -> json.numberNode(whole.number());
      case Decimal decimal -> {
        double number = decimal.number();
        // 1.0 and 1 are one number in canonical JSON, so they are one node here
        boolean whole = number == Math.rint(number) && Math.abs(number) < LONG_LIMIT;
        yield whole ? json.numberNode((long) number) : json.numberNode(number);
      }
      case Flag flag -> json.booleanNode(flag.isSet());
      case Nothing nothing -> json.nullNode();
    };
  }

  /** Keys in the file's order. */
  record Table(Place place, SequencedMap<String, Entry> entries) implements SourceValue {
    @Override
    public String kind() {
      return "a table";
    }

    Optional<Entry> entry(String key) {
      return Optional.ofNullable(entries.get(key));
    }

    Optional<SourceValue> value(String key) {
      return entry(key).map(Entry::value);
    }

    /** The value of a key, if it is a text. */
    Optional<Text> text(String key) {
      return value(key).filter(Text.class::isInstance).map(Text.class::cast);
    }

    /** The value of a key, if it is an array. */
    Optional<Array> array(String key) {
      return value(key).filter(Array.class::isInstance).map(Array.class::cast);
    }

    ObjectNode toObject() {
      ObjectNode all = JsonNodeFactory.instance.objectNode();
      entries.forEach((key, entry) -> all.set(key, entry.value().toJson()));
      return all;
    }
  }

  /** A key's place and its value. */
  record Entry(Place key, SourceValue value) {}

  record Array(Place place, List<SourceValue> elements) implements SourceValue {
    @Override
    public String kind() {
      return "an array";
    }
  }

  record Text(Place place, String text) implements SourceValue {
    @Override
    public String kind() {
      return "a text";
    }
  }

  record Whole(Place place, long number) implements SourceValue {
    @Override
    public String kind() {
      return "a whole number";
    }
  }

  record Decimal(Place place, double number) implements SourceValue {
    @Override
    public String kind() {
      return Math.abs(number) < LONG_LIMIT ? "a decimal number" : "too large a number";
    }
  }

  record Flag(Place place, boolean isSet) implements SourceValue {
    @Override
    public String kind() {
      return isSet ? "true" : "false";
    }
  }

  /** TOML only. */
  record Date(Place place, String text) implements SourceValue {
    @Override
    public String kind() {
      return "a date or time";
    }
  }

  /** JSON only. */
  record Nothing(Place place) implements SourceValue {
    @Override
    public String kind() {
      return "null";
    }
  }
}
