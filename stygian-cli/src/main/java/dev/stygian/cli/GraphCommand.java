package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import dev.stygian.graph.pipeline.GraphDrawing;
import dev.stygian.graph.service.ServiceRegistry;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code stygian graph}: a pipeline drawn as text. */
@Command(
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  stygian graph books.toml --format dot | dot -Tsvg > books.svg"})
final class GraphCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final PipelineFile pipeline = new PipelineFile();

  @Option(
      names = {"-f", "--format"},
      defaultValue = "text",
      paramLabel = "text|mermaid|dot",
      description = "What to draw for: a terminal, a Markdown page or Graphviz. Default: text.")
  private GraphDrawing format = GraphDrawing.TEXT;

  GraphCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    try (ServiceRegistry registry = Services.installed(console)) {
      console.out().print(format.draw(pipeline.parse(console, registry)));
      return ExitCode.OK;
    }
  }
}
