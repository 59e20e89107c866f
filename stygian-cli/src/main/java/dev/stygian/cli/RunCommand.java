package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import dev.stygian.cli.output.ResultOutput;
import dev.stygian.graph.engine.RunDefinition;
import dev.stygian.graph.engine.Submitter;
import dev.stygian.graph.engine.WhatFollows;
import dev.stygian.graph.engine.Worker;
import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.pipeline.ExecutionSettings.Mode;
import dev.stygian.graph.pipeline.Pipeline;
import dev.stygian.graph.pipeline.Topology;
import dev.stygian.graph.queue.LocalWorkQueue;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.queue.WorkQueue;
import dev.stygian.graph.service.ServiceDescriptor.Finds;
import dev.stygian.graph.service.ServiceRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code stygian run}: submit, work here, put out the results. */
@Command(
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example:",
      "  stygian run books.toml https://books.example/1 -o books.jsonl",
      "  stygian run books.toml --input urls.txt --queue embedded --processes 2"
    })
final class RunCommand implements Callable<Integer> {
  private final Console console;

  @Spec private CommandSpec spec;

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
  @Mixin private final WorkOptions work = new WorkOptions();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Results go to this .jsonl or .csv file instead of standard output.")
  private @Nullable String output;

  @Option(
      names = "--id",
      paramLabel = "RUN",
      description = "The run's id; an unfinished run of that id goes on. Default: a new one.")
  private @Nullable String id;

  @Option(names = "--fresh", description = "Ignore results that earlier runs stored.")
  private boolean fresh;

  @Option(
      names = "--json",
      description =
          "Print the final status as one JSON object: on standard output if the results go to a"
              + " file, else on standard error.")
  private boolean json;

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  RunCommand(Console console) {
    this.console = console;
  }

  /** What is to be run, and with what. */
  private record Plan(
      Pipeline pipeline, ExecutionChoices choices, ServiceRegistry registry, RunId run) {
    boolean isLocal() {
      return choices.mode().value() == Mode.LOCAL;
    }
  }

  @Override
  public Integer call() throws InterruptedException {
    try (ServiceRegistry registry = Services.installed(console)) {
      Pipeline parsed = file.parse(console, registry);
      ExecutionChoices choices =
          ExecutionChoices.of(
              new ExecutionChoices.Given(queue.url, queue.name, work.workers),
              file.sources(console),
              parsed.execution());
      Pipeline pipeline = RunDefinitions.withExecution(parsed, choices.effective());
      RunId run = id == null ? RunDefinitions.newId(pipeline) : RunArgument.id(id);
      Plan plan = new Plan(pipeline, choices, registry, run);
      ResultOutput results =
          ResultOutput.of(console, Optional.ofNullable(output).or(() -> pipeline.output().file()));
      results.requireFree();
      Iterator<JsonNode> items = input.items(console, urls, pipeline, file.path(console));
      checkServices(plan);
      return plan.isLocal() ? runHere(plan, results, items) : runShared(plan, results, items);
    }
  }

  private int runShared(Plan plan, ResultOutput results, Iterator<JsonNode> items)
      throws InterruptedException {
    Blobs store = Blobs.of(blobs, blobSize, console.environment());
    try (QueueAccess access = QueueAccess.open(console, plan.choices, store).checked();
        BlobSweep _ = BlobSweep.start(access.withBlobs().stream().toList(), BlobSweep.Pace.USUAL);
        WorkerProcesses processes =
            WorkerProcesses.start(
                console,
                work.processes(),
                access.url(),
                plan.choices,
                Optional.empty(),
                store,
                work.allowPrivate)) {
      RunReport report = new RunReport(console, plan.run, results, json, arguments(), false, 0);
      return execute(plan, access.queue(), results, processes, items, report);
    }
  }

  private int runHere(Plan plan, ResultOutput results, Iterator<JsonNode> items)
      throws InterruptedException {
    if (work.processes() > 0) {
      throw new SettingInvalidException(
          "--processes needs a queue that processes can share; add --queue embedded, or --queue"
              + " redis://HOST:PORT");
    }
    if (blobs.location != null) {
      throw new SettingInvalidException(
          "--blobs keeps large bodies out of a shared queue, and a local run has none; add --queue"
              + " redis://HOST:PORT, or leave --blobs out");
    }
    LocalResumption before = resumption(results, plan);
    ResultOutput rest = results.begunWith(before.bytes());
    RunReport report =
        new RunReport(console, plan.run, rest, json, arguments(), true, before.items());
    try (WorkQueue memory = new LocalWorkQueue();
        WorkerProcesses none = WorkerProcesses.none(console)) {
      return execute(plan, memory, rest, none, before.left(items), report);
    }
  }

  private List<String> arguments() {
    return spec.commandLine().getParseResult().originalArgs();
  }

  /** Lines of items that were found or emitted do not say which of the input's are done. */
  private LocalResumption resumption(ResultOutput results, Plan plan) {
    Optional<Path> lines = results.file().filter(path -> path.toString().endsWith(".jsonl"));
    boolean grows =
        plan.pipeline.nodes().stream()
            .anyMatch(node -> plan.registry.finds(node.service()) != Finds.NOTHING);
    return id == null || lines.isEmpty() || grows
        ? LocalResumption.none()
        : LocalResumption.read(lines.get(), plan.run, Topology.of(plan.pipeline).leaves().size());
  }

  /** In local mode nobody else can come and offer a service. */
  private void checkServices(Plan plan) {
    Stream<String> services =
        Stream.concat(
                plan.pipeline.nodes().stream(),
                plan.pipeline.onFinish().stream().flatMap(calls -> calls.nodes("").stream()))
            .map(n -> n.service())
            .distinct();
    for (String service : services.toList()) {
      Optional<String> missing = plan.registry.unavailable(service);
      if (missing.isPresent() && plan.isLocal()) {
        throw new SettingInvalidException(
            "service \"" + service + "\" cannot run here: " + missing.get());
      }
      missing.ifPresent(reason ->
          console.say(
              "note: service \""
                  + service
                  + "\" cannot run here: "
                  + reason
                  + "; its tasks wait for a worker that can"));
    }
  }

  private int execute(
      Plan plan,
      WorkQueue opened,
      ResultOutput results,
      WorkerProcesses processes,
      Iterator<JsonNode> items,
      RunReport report)
      throws InterruptedException {
    try (Interruption interruption =
            new Interruption(
                console,
                () -> console.say("Finishing what is running; Ctrl-C again stops at once."));
        PipelineSite site =
            PipelineSite.open(plan.pipeline, file.path(console), opened.ledger().find(plan.run))) {
      RunDefinition definition = RunDefinition.of(plan.pipeline, plan.registry, fresh, site.url());
      Submitter submitter = Submitter.open(opened, plan.run, definition, plan.registry);
      RunStatus status;
      try (Worker worker = Worker.start(opened, plan.registry, work.options(plan.choices))) {
        status =
            new RunSession(console, opened, plan.run, results)
                .run(submitter, items, worker, processes, interruption);
        if (AwaitCommand.isOver(status)) {
          WhatFollows.await(
                  opened, plan.run, () -> worker.failure().isEmpty() && !interruption.isAsked())
              .forEach(fault -> console.say("note: " + fault));
        }
      }
      boolean stopped = interruption.isAsked() && !AwaitCommand.isOver(status);
      report.tell(opened.ledger(), status, stopped);
      return stopped ? ExitCode.INTERRUPTED : AwaitCommand.exitCode(status);
    }
  }
}
