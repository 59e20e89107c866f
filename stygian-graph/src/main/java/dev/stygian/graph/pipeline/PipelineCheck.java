package dev.stygian.graph.pipeline;

import dev.stygian.graph.pipeline.SchemaCheck.Label;
import dev.stygian.graph.settings.ConfigSchema;
import dev.stygian.graph.settings.EnvReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Everything that can be wrong with a pipeline file that could be read, but for its edges. */
final class PipelineCheck {
  private static final int LONGEST_ID = 4096;

  private final KnownServices services;
  private final Problems problems;
  private final SchemaCheck schemas;

  PipelineCheck(KnownServices services, Problems problems) {
    this.services = services;
    this.problems = problems;
    this.schemas = new SchemaCheck(problems);
  }

  /**
   * Reports every problem of the file but those of its edges.
   *
   * @return the nodes, also those with problems
   */
  List<SourceValue.Table> check(SourceValue.Table root) {
    schemas.check(root, PipelineSchema.ROOT, Label.of("the pipeline", PipelineSchema.HOMES));
    root.value("id").ifPresent(id -> checkName(id, "the pipeline's id"));
    section(root, "execution", PipelineSchema.EXECUTION).ifPresent(e -> checkExecution(e, root));
    section(root, "input", PipelineSchema.INPUT).ifPresent(this::checkInput);
    section(root, "output", PipelineSchema.OUTPUT).ifPresent(this::checkOutput);
    section(root, "politeness", PipelineSchema.POLITENESS);
    section(root, "on_finish", PipelineSchema.ON_FINISH).ifPresent(this::checkOnFinish);
    List<SourceValue.Table> nodes = tables(root, "nodes");
    for (int i = 0; i < nodes.size(); i++) {
      checkNode(nodes.get(i), nodeLabel(nodes.get(i), i));
    }
    boolean hasNodes = root.value("nodes").filter(n -> !isEmptyArray(n)).isPresent();
    if (!hasNodes) {
      problems.missing(
          root.value("nodes").map(SourceValue::place).orElse(Place.START),
          "the pipeline has no nodes; add at least one to \"nodes\", with \"id\" and \"service\"");
    }
    List<SourceValue.Table> edges = tables(root, "edges");
    for (int i = 0; i < edges.size(); i++) {
      schemas.check(
          edges.get(i), PipelineSchema.EDGE, Label.of("edge " + (i + 1), PipelineSchema.HOMES));
    }
    return nodes;
  }

  private static boolean isEmptyArray(SourceValue value) {
    return value instanceof SourceValue.Array(Place _, List<SourceValue> elements)
        && elements.isEmpty();
  }

  private static String nodeLabel(SourceValue.Table node, int index) {
    return node.text("id")
        .filter(id -> !id.text().isEmpty())
        .map(id -> "node " + Quoted.of(id.text()))
        .orElse("node " + (index + 1));
  }

  private Optional<SourceValue.Table> section(
      SourceValue.Table root, String name, ConfigSchema schema) {
    Optional<SourceValue> value = root.value(name);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    if (!(value.get() instanceof SourceValue.Table table)) {
      problems.wrong(
          value.get().place(),
          Quoted.of(name) + " is " + value.get().kind() + "; it must be a table: [" + name + "]");
      return Optional.empty();
    }
    schemas.check(table, schema, Label.of("[" + name + "]", PipelineSchema.HOMES));
    return Optional.of(table);
  }

  private List<SourceValue.Table> tables(SourceValue.Table root, String name) {
    List<SourceValue.Table> all = new ArrayList<>();
    Optional<SourceValue> value = root.value(name);
    String right = "; it must be an array of tables: [[" + name + "]]";
    if (value.isPresent() && value.get() instanceof SourceValue.Array array) {
      for (SourceValue element : array.elements()) {
        if (element instanceof SourceValue.Table table) {
          all.add(table);
        } else {
          problems.wrong(element.place(), Quoted.of(name) + " holds " + element.kind() + right);
        }
      }
    } else {
      value.ifPresent(v -> problems.wrong(v.place(), Quoted.of(name) + " is " + v.kind() + right));
    }
    return all;
  }

  private void checkExecution(SourceValue.Table execution, SourceValue.Table root) {
    execution.value("queue_name").ifPresent(name -> checkName(name, "\"queue_name\""));
    execution
        .text("queue")
        .filter(queue -> !EnvReference.isIn(queue.text()))
        .ifPresent(queue ->
            UrlRules.queueComplaint(queue.text())
                .ifPresent(c -> problems.wrong(queue.place(), "\"queue\" " + c)));
    Optional<SourceValue.Entry> inner = execution.entry("allow_private");
    Optional<SourceValue.Entry> outer = root.entry("allow_private");
    if (inner.isPresent() && outer.isPresent()) {
      problems.wrong(
          inner.get().key(),
          "\"allow_private\" is also set at line "
              + outer.get().key().line()
              + "; keep one of the two");
    }
  }

  private void checkInput(SourceValue.Table input) {
    checkNotBlank(input, "file");
    checkNotBlank(input, "serve");
    if (input.value("urls").isPresent()) {
      input
          .entry("file")
          .ifPresent(file ->
              problems.wrong(
                  file.key(), "[input] has both \"urls\" and \"file\"; keep one of the two"));
    }
    boolean isServed = input.value("serve").isPresent();
    input.array("urls").stream()
        .flatMap(urls -> urls.elements().stream())
        .filter(SourceValue.Text.class::isInstance)
        .map(SourceValue.Text.class::cast)
        .forEach(url -> checkItemUrl(url, isServed));
  }

  private void checkItemUrl(SourceValue.Text url, boolean isServed) {
    if (EnvReference.isIn(url.text())) {
      problems.wrong(
          url.place(),
          "a URL in \"urls\" holds ${…}, which only \"queue\" and node configs may; write it out");
      return;
    }
    Optional<String> complaint =
        isServed ? UrlRules.servedComplaint(url.text()) : UrlRules.webComplaint(url.text());
    String orServed =
        isServed || url.text().contains(":") ? "" : ", or name in \"serve\" the folder it is in";
    complaint.ifPresent(
        c -> problems.wrong(url.place(), Quoted.url(url.text()) + " " + c + orServed));
  }

  private void checkOutput(SourceValue.Table output) {
    output
        .text("file")
        .filter(file -> !file.text().endsWith(".jsonl") && !file.text().endsWith(".csv"))
        .ifPresent(file ->
            problems.wrong(
                file.place(),
                "the output "
                    + Quoted.of(file.text())
                    + " has no known ending; end it in .jsonl or .csv"));
  }

  private void checkOnFinish(SourceValue.Table calls) {
    boolean isCommand =
        calls.array("command").filter(words -> !words.elements().isEmpty()).isPresent();
    if (calls.value("webhook").isEmpty() && !isCommand) {
      problems.missing(
          calls.place(), "[on_finish] calls nothing; add \"webhook\" or \"command\" to it");
    }
    calls
        .text("webhook")
        .filter(url -> !EnvReference.isIn(url.text()))
        .ifPresent(url ->
            UrlRules.webComplaint(url.text())
                .ifPresent(c -> problems.wrong(url.place(), "\"webhook\" " + c)));
    calls
        .entry("headers")
        .filter(headers -> calls.value("webhook").isEmpty())
        .ifPresent(headers ->
            problems.wrong(headers.key(), "\"headers\" are those of a \"webhook\"; add one"));
  }

  private void checkNode(SourceValue.Table node, String label) {
    Optional<SourceValue.Text> service = node.text("service");
    Optional<ConfigSchema> schema = service.flatMap(s -> services.schema(s.text()));
    Map<String, String> homes = new HashMap<>(PipelineSchema.HOMES);
    schema.ifPresent(s -> s.names().forEach(k -> homes.put(k, "in the node's config")));
    schemas.check(node, PipelineSchema.NODE, Label.of(label, homes));
    node.value("id").ifPresent(id -> checkName(id, "a node's id"));
    if (service.isPresent() && schema.isEmpty() && !services.isOpen()) {
      String name = service.get().text();
      problems.wrong(
          service.get().place(),
          "unknown service "
              + Quoted.of(name)
              + Suggestion.ending(
                  name, new TreeSet<>(services.schemas().keySet()), "the known service"));
    }
    checkConfig(node, schema, label);
  }

  private void checkConfig(SourceValue.Table node, Optional<ConfigSchema> schema, String label) {
    String where = "the config of " + label;
    Optional<SourceValue> config = node.value("config");
    if (config.isPresent() && !(config.get() instanceof SourceValue.Table)) {
      problems.wrong(
          config.get().place(),
          Quoted.of("config") + " is " + config.get().kind() + "; it must be a table");
    } else if (schema.isPresent()) {
      // a service may require keys, so a node without config is checked as well
      SourceValue.Table table =
          (SourceValue.Table)
              config.orElseGet(() -> new SourceValue.Table(node.place(), new LinkedHashMap<>()));
      Map<String, String> homes = new HashMap<>(PipelineSchema.HOMES);
      PipelineSchema.NODE.names().forEach(k -> homes.put(k, "beside the node's id"));
      schemas.check(table, schema.get(), Label.of(where, homes));
    }
  }

  /** An id or a name: not empty, no control characters, not endless. */
  private void checkName(SourceValue value, String what) {
    Optional<String> name =
        value instanceof SourceValue.Text(Place _, String text)
            ? Optional.of(text)
            : Optional.empty();
    if (name.filter(String::isEmpty).isPresent()) {
      problems.wrong(value.place(), what + " is empty; write at least one character");
    } else if (name.filter(n -> n.chars().anyMatch(Character::isISOControl)).isPresent()) {
      problems.wrong(
          value.place(),
          what + " " + Quoted.of(name.get()) + " has a control character; remove it");
    } else if (name.filter(n -> n.length() > LONGEST_ID).isPresent()) {
      problems.wrong(
          value.place(), what + " is too long; use at most " + LONGEST_ID + " characters");
    }
  }

  private void checkNotBlank(SourceValue.Table table, String key) {
    table
        .text(key)
        .filter(t -> t.text().isBlank())
        .ifPresent(t ->
            problems.wrong(t.place(), Quoted.of(key) + " is empty; write a path or remove it"));
  }
}
