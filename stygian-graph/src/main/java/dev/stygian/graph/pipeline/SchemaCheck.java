package dev.stygian.graph.pipeline;

import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.settings.ConfigKey;
import dev.stygian.graph.settings.ConfigSchema;
import dev.stygian.graph.settings.EnvReference;
import dev.stygian.graph.settings.Spans;
import dev.stygian.graph.settings.ValueType;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Checks a positioned value against a schema, all the way down. A schema's own check then sees the
 * table without its wrong values, and is not believed where one of them may be why it complains.
 */
final class SchemaCheck {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Problems problems;

  /** Containers that lost a value, directly or further down. */
  private final Set<SourceValue> incomplete = Collections.newSetFromMap(new IdentityHashMap<>());

  /** Tables of known keys that lost one of them: what their other keys mean may depend on it. */
  private final Set<SourceValue> tainted = Collections.newSetFromMap(new IdentityHashMap<>());

  SchemaCheck(Problems problems) {
    this.problems = problems;
  }

  /**
   * How messages name a value.
   *
   * @param where the table that the file's reader knows: {@code [execution]}
   * @param path from there, with dots; empty for the table itself
   * @param homes for keys that belong elsewhere: in words, where that is
   */
  record Label(String where, String path, Map<String, String> homes) {
    static Label of(String where, Map<String, String> homes) {
      return new Label(where, "", homes);
    }

    Label child(String key) {
      return new Label(where, path.isEmpty() ? key : path + "." + key, Map.of());
    }

    Label element(int index) {
      return new Label(where, path + "[" + index + "]", Map.of());
    }

    String asTable() {
      return path.isEmpty() ? where : Quoted.of(path) + " of " + where;
    }

    String asValue() {
      return path.isEmpty() ? where : Quoted.of(path);
    }
  }

  /** Reports every problem of {@code table}. */
  void check(SourceValue.Table table, ConfigSchema schema, Label label) {
    readTable(table, schema, label);
  }

  /** Reports every problem of {@code value}. */
  void check(SourceValue value, ValueType type, Label label) {
    read(value, type, label);
  }

  /** The value without what is wrong in it; empty where nothing of it is right. */
  private Optional<JsonNode> read(SourceValue value, ValueType type, Label label) {
    if (!fits(value, type)) {
      wrong(value, label, "is " + value.kind(), type, hint(value, type));
      return Optional.empty();
    }
    return switch (type) {
      case ValueType.Text() -> readText(value, label, false);
      case ValueType.SecretText() -> readText(value, label, true);
      case ValueType.Url() -> readUrl(value, label);
      case ValueType.Whole(long min, long max) -> {
        long number = ((SourceValue.Whole) value).number();
        yield ranged(min <= number && number <= max, value, label, type, Long.toString(number));
      }
      case ValueType.Decimal(double min, double max) -> {
        double number = value.toJson().asDouble();
        yield ranged(min <= number && number <= max, value, label, type, "" + value.toJson());
      }
      case ValueType.Flag() -> Optional.of(value.toJson());
      case ValueType.Span(long min, long max) -> readSpan(value, min, max, type, label);
      case ValueType.Bytes(long min, long max) -> readBytes(value, min, max, type, label);
      case ValueType.Choice(List<String> words) -> readChoice(value, words, type, label);
      case ValueType.ListOf(ValueType element) ->
          readArray((SourceValue.Array) value, element, label);
      case ValueType.MapOf(ValueType inner) -> readMap((SourceValue.Table) value, inner, label);
      case ValueType.Table(ConfigSchema schema) ->
          Optional.of(readTable((SourceValue.Table) value, schema, label));
      case ValueType.Either(List<ValueType> types) ->
          read(value, alternative(value, types, label), label);
      case ValueType.Anything() -> Optional.of(value.toJson());
    };
  }

  /** Whether the value's kind is right, whatever it says. */
  private static boolean fits(SourceValue value, ValueType type) {
    return switch (type) {
      case ValueType.Text _, ValueType.SecretText _, ValueType.Url _, ValueType.Choice _ ->
          value instanceof SourceValue.Text;
      case ValueType.Whole _ -> value instanceof SourceValue.Whole;
      case ValueType.Decimal _ -> isNumber(value);
      case ValueType.Flag _ -> value instanceof SourceValue.Flag;
      case ValueType.Span _ -> value instanceof SourceValue.Text || isNumber(value);
      case ValueType.Bytes _ ->
          value instanceof SourceValue.Text || value instanceof SourceValue.Whole;
      case ValueType.ListOf _ -> value instanceof SourceValue.Array;
      case ValueType.MapOf _, ValueType.Table _ -> value instanceof SourceValue.Table;
      case ValueType.Either(List<ValueType> types) -> types.stream().anyMatch(t -> fits(value, t));
      case ValueType.Anything _ -> true;
    };
  }

  private static boolean isNumber(SourceValue value) {
    return value instanceof SourceValue.Whole || value instanceof SourceValue.Decimal;
  }

  /**
   * The type among those of the value's kind that takes it; else the first, whose reasons count.
   */
  private static ValueType alternative(SourceValue value, List<ValueType> types, Label label) {
    List<ValueType> fitting = types.stream().filter(t -> fits(value, t)).toList();
    if (fitting.size() > 1) {
      for (ValueType type : fitting) {
        Problems attempt = new Problems("");
        new SchemaCheck(attempt).read(value, type, label);
        if (attempt.isEmpty()) {
          return type;
        }
      }
    }
    return fitting.getFirst();
  }

  private static String hint(SourceValue value, ValueType type) {
    if (value instanceof SourceValue.Text(Place _, String text)) {
      boolean isQuotedNumber =
          (type instanceof ValueType.Whole || type instanceof ValueType.Decimal)
              && text.matches("-?[0-9]{1,9}");
      boolean isQuotedFlag =
          type instanceof ValueType.Flag && (text.equals("true") || text.equals("false"));
      if (isQuotedNumber || isQuotedFlag) {
        return "; write " + text + " without quotes";
      }
    }
    return value instanceof SourceValue.Nothing ? "; leave the key out instead" : "";
  }

  private ObjectNode readTable(SourceValue.Table table, ConfigSchema schema, Label label) {
    ObjectNode right = JSON.objectNode();
    Set<String> misspelt = new HashSet<>();
    table
        .entries()
        .forEach((name, entry) -> {
          Optional<ConfigKey> key = schema.key(name);
          if (key.isEmpty()) {
            problems.wrong(entry.key(), unknownKey(name, schema, label));
            Suggestion.nearest(name, schema.names()).ifPresent(misspelt::add);
          }
          key.flatMap(k -> read(entry.value(), k.type(), label.child(name)))
              .ifPresentOrElse(v -> right.set(name, v), () -> tainted.add(table));
          if (incomplete.contains(entry.value())) {
            incomplete.add(table);
          }
        });
    for (ConfigKey key : schema.keys()) {
      boolean isThere = table.entries().containsKey(key.name()) || misspelt.contains(key.name());
      if (key.required() && !isThere) {
        tainted.add(table);
        problems.missing(
            table.place(),
            Quoted.of(key.name())
                + " is missing in "
                + label.asTable()
                + "; add it: "
                + TypeWords.of(key.type()));
      }
    }
    if (tainted.contains(table)) {
      incomplete.add(table);
    }
    runCheck(table, right, schema, label);
    return right;
  }

  private static String unknownKey(String name, ConfigSchema schema, Label label) {
    String home = label.homes().get(name);
    String ending =
        home != null
            ? "; it belongs " + home
            : Suggestion.ending(name, schema.names(), "the known key");
    return "unknown key "
        + Quoted.of(name)
        + " in "
        + label.asTable()
        + (ending.isEmpty() ? "; it takes no keys, so remove it" : ending);
  }

  private void runCheck(
      SourceValue.Table table, ObjectNode right, ConfigSchema schema, Label label) {
    if (problems.isSyntaxBroken()) {
      return;
    }
    try {
      schema
          .check()
          .check(
              right,
              (path, message) -> {
                Finding finding = Finding.at(table, path);
                if (!incomplete.contains(finding.target()) && !tainted.contains(finding.parent())) {
                  problems.wrong(finding.target().place(), message);
                }
              });
    } catch (RuntimeException e) { // a service's own code; whatever it does, the file is answered
      problems.wrong(
          table.place(),
          "the check of "
              + label.asTable()
              + " broke with "
              + e.getClass().getName()
              + "; report it to the author of the service");
    }
  }

  /** Where a path leads, as far as it goes. */
  private record Finding(SourceValue parent, SourceValue target) {
    static Finding at(SourceValue root, List<String> path) {
      SourceValue parent = root;
      SourceValue target = root;
      for (String step : path) {
        Optional<SourceValue> next = next(target, step);
        parent = target;
        if (next.isEmpty()) {
          break;
        }
        target = next.get();
      }
      return new Finding(parent, target);
    }

    private static Optional<SourceValue> next(SourceValue value, String step) {
      return switch (value) {
        case SourceValue.Table table -> table.value(step);
        case SourceValue.Array array -> {
          boolean isIndex = step.matches("[0-9]{1,9}");
          int index = isIndex ? Integer.parseInt(step) : Integer.MAX_VALUE;
          yield index < array.elements().size()
              ? Optional.of(array.elements().get(index))
              : Optional.empty();
        }
        case SourceValue.Text _,
            SourceValue.Whole _,
            SourceValue.Decimal _,
            SourceValue.Flag _,
            SourceValue.Date _,
            SourceValue.Nothing _ ->
            Optional.empty();
      };
    }
  }

  private Optional<JsonNode> readArray(SourceValue.Array array, ValueType type, Label label) {
    ArrayNode right = JSON.arrayNode();
    int index = 0;
    for (SourceValue element : array.elements()) {
      read(element, type, label.element(index++)).ifPresent(right::add);
      if (incomplete.contains(element)) {
        incomplete.add(array);
      }
    }
    // without one element the others would stand under wrong indexes
    return right.size() == index ? Optional.of(right) : Optional.empty();
  }

  private Optional<JsonNode> readMap(SourceValue.Table table, ValueType type, Label label) {
    ObjectNode right = JSON.objectNode();
    table
        .entries()
        .forEach((key, entry) -> {
          Optional<JsonNode> value = read(entry.value(), type, label.child(key));
          value.ifPresent(v -> right.set(key, v));
          if (value.isEmpty() || incomplete.contains(entry.value())) {
            incomplete.add(table);
          }
        });
    return Optional.of(right);
  }

  private Optional<JsonNode> readText(SourceValue value, Label label, boolean isSecret) {
    if (EnvReference.isBrokenIn(((SourceValue.Text) value).text(), isSecret)) {
      problems.wrong(
          value.place(),
          label.asValue()
              + " holds a broken reference; write ${env:NAME}, where NAME has letters, digits and"
              + " _");
      return Optional.empty();
    }
    return Optional.of(value.toJson());
  }

  private Optional<JsonNode> readUrl(SourceValue value, Label label) {
    String url = ((SourceValue.Text) value).text();
    if (EnvReference.isIn(url)) {
      return readText(value, label, false);
    }
    Optional<String> complaint = UrlRules.webComplaint(url);
    complaint.ifPresent(
        c -> problems.wrong(value.place(), label.asValue() + ": " + Quoted.url(url) + " " + c));
    return complaint.isPresent() ? Optional.empty() : Optional.of(value.toJson());
  }

  private Optional<JsonNode> readSpan(
      SourceValue value, long min, long max, ValueType type, Label label) {
    if (isNumber(value)) {
      double millis = value.toJson().asDouble() * 1000;
      return ranged(min <= millis && millis <= max, value, label, type, value.toJson() + " s");
    }
    String text = ((SourceValue.Text) value).text();
    return measured(() -> Spans.duration(text).toMillis(), min, max, value, type, label);
  }

  private Optional<JsonNode> readBytes(
      SourceValue value, long min, long max, ValueType type, Label label) {
    if (value instanceof SourceValue.Whole(Place _, long number)) {
      return ranged(min <= number && number <= max, value, label, type, number + " B");
    }
    String text = ((SourceValue.Text) value).text();
    return measured(() -> Spans.bytes(text), min, max, value, type, label);
  }

  private Optional<JsonNode> measured(
      Supplier<Long> amount, long min, long max, SourceValue value, ValueType type, Label label) {
    String shown = Quoted.of(((SourceValue.Text) value).text());
    try {
      long read = amount.get();
      return ranged(min <= read && read <= max, value, label, type, shown);
    } catch (SettingInvalidException e) { // its message is for one setting without a place
      return ranged(false, value, label, type, shown);
    }
  }

  private Optional<JsonNode> readChoice(
      SourceValue value, List<String> words, ValueType type, Label label) {
    String word = ((SourceValue.Text) value).text();
    Optional<String> meant =
        words.contains(word) ? Optional.empty() : Suggestion.nearest(word, words);
    if (meant.isPresent()) {
      problems.wrong(
          value.place(),
          label.asValue()
              + " is "
              + Quoted.of(word)
              + "; did you mean "
              + Quoted.of(meant.get())
              + "?");
      return Optional.empty();
    }
    return ranged(words.contains(word), value, label, type, Quoted.of(word));
  }

  private Optional<JsonNode> ranged(
      boolean isRight, SourceValue value, Label label, ValueType type, String shown) {
    if (!isRight) {
      wrong(value, label, "is " + shown, type, "");
    }
    return isRight ? Optional.of(value.toJson()) : Optional.empty();
  }

  private void wrong(SourceValue value, Label label, String what, ValueType type, String hint) {
    problems.wrong(
        value.place(), label.asValue() + " " + what + "; it must be " + TypeWords.of(type) + hint);
  }
}
