package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import dev.stygian.cli.output.Spoken;
import dev.stygian.cli.output.Table;
import dev.stygian.graph.error.PipelineInvalidException;
import dev.stygian.graph.pipeline.Pipeline;
import dev.stygian.graph.service.ServiceRegistry;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code stygian check}: is this pipeline valid, and what would it run with? */
@Command(
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  stygian check books.toml --explain"})
final class CheckCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final PipelineFile file = new PipelineFile();
  @Mixin private final QueueOptions queue = new QueueOptions();

  @Option(names = "--explain", description = "Show each setting's value and where it comes from.")
  private boolean explain;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  CheckCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    try (ServiceRegistry registry = Services.installed(console)) {
      Pipeline pipeline = file.parse(console, registry);
      ExecutionChoices choices =
          ExecutionChoices.of(
              new ExecutionChoices.Given(queue.url, queue.name, null),
              file.sources(console),
              pipeline.execution());
      if (json) {
        console.print(json(pipeline, choices).toString());
      } else {
        print(pipeline, choices);
      }
      warnOfServices(pipeline, registry);
      return ExitCode.OK;
    } catch (PipelineInvalidException e) {
      if (!json) {
        throw e;
      }
      console.print(json(e).toString());
      return ExitCode.USAGE;
    }
  }

  private void print(Pipeline pipeline, ExecutionChoices choices) {
    console.print(
        file.name()
            + " is valid: pipeline \""
            + pipeline.id()
            + "\", "
            + Spoken.count(pipeline.nodes().size(), "node")
            + ", "
            + Spoken.count(pipeline.edges().size(), "edge"));
    if (explain) {
      Table table = new Table("setting", "value", "source", "set by");
      choices.all().forEach(s -> table.row(s.name(), s.shown(), s.source().words(), s.origin()));
      console.print("");
      table.lines().forEach(console::print);
    }
  }

  /** A pipeline may be written where it cannot run. */
  private void warnOfServices(Pipeline pipeline, ServiceRegistry registry) {
    pipeline.nodes().stream()
        .map(node -> node.service())
        .distinct()
        .forEach(service ->
            registry
                .unavailable(service)
                .ifPresent(reason ->
                    console.say("note: service \"" + service + "\" cannot run here: " + reason)));
  }

  private ObjectNode json(Pipeline pipeline, ExecutionChoices choices) {
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    all.put("valid", true).put("file", file.name()).put("pipeline", pipeline.id());
    ArrayNode nodes = all.putArray("nodes");
    pipeline.nodes().forEach(n -> nodes.addObject().put("id", n.id()).put("service", n.service()));
    ArrayNode edges = all.putArray("edges");
    pipeline.edges().forEach(e -> edges.addObject().put("from", e.from()).put("to", e.to()));
    all.putArray("problems");
    if (explain) {
      ObjectNode settings = all.putObject("settings");
      choices
          .all()
          .forEach(s ->
              settings
                  .putObject(s.name())
                  .put("value", s.shown())
                  .put("source", s.source().words())
                  .put("set_by", s.origin()));
    }
    return all;
  }

  private ObjectNode json(PipelineInvalidException invalid) {
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    all.put("valid", false).put("file", file.name());
    ArrayNode problems = all.putArray("problems");
    invalid
        .problems()
        .forEach(p ->
            problems
                .addObject()
                .put("file", p.file())
                .put("line", p.line())
                .put("column", p.column())
                .put("message", p.message()));
    return all;
  }
}
