package dev.stygian.services.extract;

import dev.stygian.graph.settings.ConfigSchema.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Makes {@link Field}s of the config's {@code fields}, and reports everything that is wrong with
 * them: the check of a pipeline file and the way to execute it are one. For one config.
 */
final class FieldCompiler {
  /** Set where a page gave nothing, so no field may have the name. */
  static final String EMPTY_MARK = "_empty";

  private static final int MAX_DEPTH = 8;
  private static final List<String> SELECTORS = List.of("css", "xpath", "json");
  static final List<String> KEYS =
      List.of(
          "css",
          "xpath",
          "json",
          "attr",
          "regex",
          "type",
          "decimal_mark",
          "format",
          "all",
          "count",
          "required",
          "default",
          "fields");
  private static final List<String> OF_VALUES =
      List.of("attr", "regex", "type", "decimal_mark", "format", "default");
  private static final Pattern SHORT_FORM = Pattern.compile("(.*?)@([A-Za-z_][\\w:.-]*)");
  private static final Set<String> URL_ATTRIBUTES =
      Set.of("action", "background", "cite", "data", "formaction", "href", "poster", "src");

  private final Report report;
  private int problems;

  private FieldCompiler(Report report) {
    this.report =
        (path, message) -> {
          problems++;
          report.problem(path, message);
        };
  }

  /**
   * Compiles the fields.
   *
   * @return empty where anything was reported
   */
  static Optional<List<Field>> compile(JsonNode fields, Report report) {
    FieldCompiler compiler = new FieldCompiler(report);
    List<Field> compiled = compiler.fields(fields, List.of("fields"), Optional.empty());
    return compiler.problems == 0 ? Optional.of(compiled) : Optional.empty();
  }

  /** Whether the fields read JSON; if not, they read markup. */
  static boolean readsJson(List<Field> fields) {
    return fields.getFirst().selector() instanceof JsonSelector;
  }

  /**
   * The fields of one record.
   *
   * @param json whether the record around reads JSON; empty for the outermost one
   */
  private List<Field> fields(JsonNode fields, List<String> path, Optional<Boolean> json) {
    if (!fields.isObject() || fields.isEmpty()) {
      report.problem(path, "fields must be a table with at least one field: title = \"h1\", say");
      return List.of();
    }
    if (path.size() > 2 * MAX_DEPTH) {
      report.problem(path, "records may lie within each other " + MAX_DEPTH + " deep, not deeper");
      return List.of();
    }
    List<Field> all = new ArrayList<>();
    Optional<Boolean> kind = json.or(() -> kind(fields));
    for (var entry : fields.properties()) {
      List<String> place = new ArrayList<>(path);
      place.add(entry.getKey());
      if (entry.getKey().equals(EMPTY_MARK)) {
        report.problem(place, "the name " + EMPTY_MARK + " is taken: it marks empty results");
      }
      field(entry.getKey(), entry.getValue(), place, kind).ifPresent(all::add);
    }
    return all;
  }

  /** Whether the first field with a selector reads JSON: all of a node's fields read the same. */
  private static Optional<Boolean> kind(JsonNode fields) {
    return fields
        .valueStream()
        .filter(f -> f.isString() || SELECTORS.stream().anyMatch(f::has))
        .findFirst()
        .map(f -> f.has("json"));
  }

  private Optional<Field> field(
      String name, JsonNode config, List<String> path, Optional<Boolean> json) {
    if (config.isString()) {
      return shortForm(config.asString(), path).flatMap(table -> field(name, table, json));
    }
    if (!config.isObject()) {
      report.problem(path, "a field is a selector or a table: title = \"h1\", say");
      return Optional.empty();
    }
    return field(name, new FieldTable(config, path, false, report), json);
  }

  /** {@code a.next@href} as the table that it stands for. */
  private Optional<FieldTable> shortForm(String text, List<String> path) {
    if (text.startsWith("$")) {
      report.problem(
          path,
          "a bare text is a CSS selector; write { json = " + Quote.of(text) + " } for JSONPath");
      return Optional.empty();
    }
    var table = JsonNodeFactory.instance.objectNode();
    Matcher withAttribute = SHORT_FORM.matcher(text);
    String css = text;
    if (withAttribute.matches()) {
      css = withAttribute.group(1);
      String attribute = withAttribute.group(2);
      table.put("attr", attribute);
      if (URL_ATTRIBUTES.contains(attribute)) {
        table.put("type", Conversion.URL);
      }
    }
    if (!css.isBlank()) {
      table.put("css", css);
    }
    return Optional.of(new FieldTable(table, path, true, report));
  }

  private Optional<Field> field(String name, FieldTable table, Optional<Boolean> json) {
    table.refuseOthersThan(KEYS);
    table.exclude("css", List.of("xpath", "json"));
    table.exclude("xpath", List.of("json"));
    table.exclude("json", List.of("attr"));
    table.exclude("fields", OF_VALUES);
    boolean count = table.flag("count");
    if (count) {
      table.exclude("count", OF_VALUES);
      table.exclude("count", List.of("fields", "all"));
    }
    boolean all = table.flag("all");
    boolean required = table.flag("required");
    Optional<Selector> found = selector(table, json);
    if (table.has("fields")) {
      List<Field> inner = fields(table.table().get("fields"), table.pathOf("fields"), json);
      return found.map(s -> new Field.OfRecord(name, s, required, all, inner));
    }
    if (count) {
      return found.map(s -> new Field.OfCount(name, s, required));
    }
    Conversion conversion = ValueCompiler.conversion(table, json.orElse(false));
    Optional<String> attribute = table.text("attr");
    Optional<Pattern> regex = ValueCompiler.regex(table);
    Optional<JsonNode> fallback = ValueCompiler.fallback(table, conversion, all);
    return found.map(
        s -> new Field.OfValue(name, s, required, all, attribute, regex, conversion, fallback));
  }

  private Optional<Selector> selector(FieldTable table, Optional<Boolean> json) {
    List<String> given = SELECTORS.stream().filter(table::has).toList();
    if (given.isEmpty()) {
      if (table.path().size() > 2) {
        return Optional.of(new SelfSelector());
      }
      report.problem(table.path(), "the field has no selector; give it css, xpath or json");
      return Optional.empty();
    }
    String key = given.getFirst();
    List<String> place = table.pathOf(key);
    if (json.isPresent() && json.get() != key.equals("json")) {
      report.problem(
          place,
          json.get()
              ? "the node's fields read JSON, and " + key + " reads HTML or XML; use json"
              : "the node's fields read HTML or XML, and json reads JSON; use css or xpath");
      return Optional.empty();
    }
    return table.text(key).flatMap(text -> SelectorCompiler.compile(key, text, place, report));
  }
}
