package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import dev.stygian.cli.output.Spoken;
import dev.stygian.graph.engine.RunDefinition;
import dev.stygian.graph.engine.Submitter;
import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.pipeline.Pipeline;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.service.ServiceRegistry;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code stygian submit}: items into a queue; workers elsewhere do the rest. */
@Command(
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example:",
      "  stygian submit books.toml --input urls.txt --queue redis://localhost:6379"
    })
final class SubmitCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final PipelineFile file = new PipelineFile();

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "URL",
      description = "Items, instead of those that the pipeline names.")
  private List<String> urls = new ArrayList<>();

  @Mixin private final InputOptions input = new InputOptions();
  @Mixin private final QueueOptions queue = new QueueOptions();
  @Mixin private final BlobOptions blobs = new BlobOptions();
  @Mixin private final BlobSize blobSize = new BlobSize();

  @Option(
      names = "--id",
      paramLabel = "RUN",
      description = "The run's id; a submission that was cut off goes on. Default: a new one.")
  private @Nullable String id;

  @Option(names = "--fresh", description = "Ignore results that earlier runs stored.")
  private boolean fresh;

  SubmitCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws InterruptedException {
    try (ServiceRegistry registry = Services.installed(console)) {
      Pipeline parsed = file.parse(console, registry);
      if (parsed.input().serve().isPresent()) {
        throw new SettingInvalidException(
            "[input] serve lasts as long as its command, so workers elsewhere would find nothing;"
                + " use stygian run, or a web server and --input");
      }
      ExecutionChoices choices =
          ExecutionChoices.of(
              new ExecutionChoices.Given(queue.url, queue.name, null),
              file.sources(console),
              parsed.execution());
      Pipeline pipeline = RunDefinitions.withExecution(parsed, choices.effective());
      RunId run = id == null ? RunDefinitions.newId(pipeline) : RunArgument.id(id);
      Iterator<JsonNode> items = input.items(console, urls, pipeline, file.path(console));
      Blobs store = Blobs.of(blobs, blobSize, console.environment());
      try (QueueAccess access = QueueAccess.open(console, choices, store).checked()) {
        RunDefinition definition = RunDefinition.of(pipeline, registry, fresh, Optional.empty());
        Submitter submitter = Submitter.open(access.queue(), run, definition, registry);
        console.print(run.value());
        long count = submitter.submitAll(items);
        console.say("submitted " + Spoken.count(count, "item"));
        return ExitCode.OK;
      }
    }
  }
}
