package dev.stygian.services.extract;

import com.jayway.jsonpath.Configuration;
import com.jayway.jsonpath.InvalidPathException;
import com.jayway.jsonpath.JsonPath;
import com.jayway.jsonpath.Option;
import com.jayway.jsonpath.spi.json.Jackson3JsonNodeJsonProvider;
import com.jayway.jsonpath.spi.mapper.Jackson3MappingProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.POJONode;

/** A JSONPath. JSON's null counts as no match. */
record JsonSelector(String text, JsonPath path) implements Selector {
  private static final Configuration JSON_NODES =
      Configuration.builder()
          .jsonProvider(new Jackson3JsonNodeJsonProvider())
          .mappingProvider(new Jackson3MappingProvider())
          .options(Option.SUPPRESS_EXCEPTIONS)
          .build();

  /**
   * Compiles a path.
   *
   * @throws com.jayway.jsonpath.JsonPathException where it is none
   * @throws IllegalArgumentException where it is empty
   */
  static JsonSelector of(String text) {
    if (text.endsWith("[")) {
      // the library overlooks it
      throw new InvalidPathException("the bracket at the end is never closed");
    }
    return new JsonSelector(text, JsonPath.compile(text));
  }

  /**
   * The matches of a path that can have several; of one that cannot, the elements of the array that
   * it names, or else the one value.
   */
  @Override
  public List<Match> all(Scope scope) {
    JsonNode found = evaluate(scope);
    if (found == null) {
      return List.of();
    }
    if (!found.isArray()) {
      return matches(List.of(found));
    }
    List<JsonNode> elements = new ArrayList<>(found.size());
    found.forEach(elements::add);
    return matches(elements);
  }

  @Override
  public Optional<Match> first(Scope scope) {
    if (!path.isDefinite()) {
      return all(scope).stream().findFirst();
    }
    JsonNode found = evaluate(scope);
    return found == null ? Optional.empty() : matches(List.of(found)).stream().findFirst();
  }

  private @Nullable JsonNode evaluate(Scope scope) {
    if (!(scope.match() instanceof Match.OfJson(JsonNode value))) {
      return null;
    }
    Object found = path.read(value, JSON_NODES);
    return switch (found) {
      case null -> null;
      case JsonNode node -> node;
      case Number number -> number(number);
      default -> JsonNodeFactory.instance.stringNode(found.toString());
    };
  }

  /** What a function such as length() gave. */
  private static JsonNode number(Number number) {
    double value = number.doubleValue();
    return value == Math.rint(value) && Math.abs(value) < 1L << 53
        ? JsonNodeFactory.instance.numberNode((long) value)
        : JsonNodeFactory.instance.numberNode(value);
  }

  private static List<Match> matches(List<JsonNode> values) {
    return values.stream()
        .filter(value -> !value.isNull() && !(value instanceof POJONode))
        .<Match>map(Match.OfJson::new)
        .toList();
  }

  @Override
  public String quoted() {
    return "JSONPath " + Quote.of(text);
  }
}
