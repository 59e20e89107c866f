package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import dev.stygian.cli.output.LetterView;
import dev.stygian.cli.output.ResultOutput;
import dev.stygian.cli.output.Spoken;
import dev.stygian.cli.output.StatusView;
import dev.stygian.graph.engine.RunDefinition;
import dev.stygian.graph.engine.Submitter;
import dev.stygian.graph.engine.Worker;
import dev.stygian.graph.engine.WorkerOptions;
import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.pipeline.ExecutionSettings.Mode;
import dev.stygian.graph.pipeline.Pipeline;
import dev.stygian.graph.pipeline.Topology;
import dev.stygian.graph.queue.DeadLetter;
import dev.stygian.graph.queue.LocalWorkQueue;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.queue.WorkQueue;
import dev.stygian.graph.service.ServiceRegistry;
import java.nio.file.Path;
import java.time.Duration;
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

/** {@code stygian run}: submit, work here, put out the results. */
@Command(
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example:",
      "  stygian run books.toml https://books.example/1 https://books.example/2 -o books.jsonl",
      "  stygian run books.toml --input urls.txt --queue embedded --processes 2"
    })
final class RunCommand implements Callable<Integer> {
  private static final int LETTERS_SHOWN = 5;

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
      description = {
        "Print the final status as one JSON object: on standard output if the results go to a",
        "file, else on standard error."
      })
  private boolean json;

  RunCommand(Console console) {
    this.console = console;
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
      ResultOutput results =
          ResultOutput.of(console, Optional.ofNullable(output).or(() -> pipeline.output().file()));
      RunId run = id == null ? RunDefinitions.newId(pipeline) : RunArgument.id(id);
      Iterator<JsonNode> items = input.items(console, urls, pipeline, file.path(console));
      boolean local = choices.mode().value() == Mode.LOCAL;
      checkServices(pipeline, registry, local);
      if (!local) {
        try (QueueAccess access = QueueAccess.open(console, choices);
            WorkerProcesses processes =
                WorkerProcesses.start(
                    console, work.processes(), access.url(), choices, work.allowPrivate)) {
          return new Execution(pipeline, choices, registry, run, results, local)
              .run(access.queue(), items, processes, 0);
        }
      }
      if (work.processes() > 0) {
        throw new SettingInvalidException(
            "--processes needs a queue that processes can share; add --queue embedded, or --queue"
                + " redis://HOST:PORT");
      }
      LocalResumption before = resumption(results, run, pipeline);
      try (WorkQueue memory = new LocalWorkQueue();
          WorkerProcesses none =
              WorkerProcesses.start(console, 0, "", choices, work.allowPrivate)) {
        return new Execution(
                pipeline, choices, registry, run, results.begunWith(before.bytes()), local)
            .run(memory, before.left(items), none, before.items());
      }
    }
  }

  private LocalResumption resumption(ResultOutput results, RunId run, Pipeline pipeline) {
    Optional<Path> lines = results.file().filter(path -> path.toString().endsWith(".jsonl"));
    return id == null || lines.isEmpty()
        ? LocalResumption.none()
        : LocalResumption.read(lines.get(), run, Topology.of(pipeline).leaves().size());
  }

  /** In local mode nobody else can come and offer a service. */
  private void checkServices(Pipeline pipeline, ServiceRegistry registry, boolean local) {
    for (String service : pipeline.nodes().stream().map(n -> n.service()).distinct().toList()) {
      Optional<String> missing = registry.unavailable(service);
      if (missing.isPresent() && local) {
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

  /** A run whose queue is open. */
  private final class Execution {
    private final Pipeline pipeline;
    private final ExecutionChoices choices;
    private final ServiceRegistry registry;
    private final RunId run;
    private final ResultOutput results;
    private final boolean local;

    Execution(
        Pipeline pipeline,
        ExecutionChoices choices,
        ServiceRegistry registry,
        RunId run,
        ResultOutput results,
        boolean local) {
      this.pipeline = pipeline;
      this.choices = choices;
      this.registry = registry;
      this.run = run;
      this.results = results;
      this.local = local;
    }

    int run(WorkQueue queue, Iterator<JsonNode> items, WorkerProcesses processes, long doneBefore)
        throws InterruptedException {
      long begin = System.nanoTime();
      WorkerOptions options = work.options(choices);
      try (Interruption interruption =
              new Interruption(
                  () -> console.say("Finishing what is running; Ctrl-C again stops at once."));
          PipelineSite site =
              PipelineSite.open(pipeline, file.path(console), queue.ledger().find(run))) {
        RunDefinition definition = RunDefinition.of(pipeline, registry, fresh, site.url());
        Submitter submitter = Submitter.open(queue, run, definition);
        RunStatus status;
        try (Worker worker = Worker.start(queue, registry, options)) {
          status =
              new RunSession(console, queue, run, results)
                  .run(submitter, items, worker, processes, interruption);
        }
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        boolean stopped = interruption.isAsked() && !AwaitCommand.isOver(status);
        tell(queue, status, took, doneBefore, stopped);
        return stopped ? ExitCode.INTERRUPTED : AwaitCommand.exitCode(status);
      }
    }

    private void tell(
        WorkQueue queue, RunStatus status, Duration took, long doneBefore, boolean stopped) {
      if (json) {
        String line = StatusView.json(status).toString();
        if (results.file().isPresent()) {
          console.print(line);
        } else {
          console.say(line);
        }
      } else {
        double seconds = Math.max(took.toMillis(), 1) / 1000.0;
        console.say(
            "run "
                + run
                + (stopped ? " stopped: " : ": ")
                + StatusView.counts(status)
                + ", "
                + Spoken.duration(took)
                + ", "
                + Spoken.rate(status.done() / seconds));
        if (doneBefore > 0) {
          console.say(doneBefore + " more items were done before");
        }
        results.file().ifPresent(path -> console.say("results are in " + path));
        tellDead(queue, status);
      }
      if (stopped) {
        console.say(goOn());
      }
    }

    private void tellDead(WorkQueue queue, RunStatus status) {
      List<DeadLetter> some = queue.ledger().deadLetters(run, "", LETTERS_SHOWN);
      some.forEach(letter ->
          console.say(
              "dead: "
                  + LetterView.input(letter)
                  + " at node "
                  + letter.task().id().node()
                  + ": "
                  + LetterView.lastError(letter)));
      if (status.dead() > some.size()) {
        console.say((status.dead() - some.size()) + " more are dead");
      }
      if (!some.isEmpty() && !local) {
        console.say("all of them, and how to replay them: stygian dead list " + run + queueHint());
      }
    }

    private String goOn() {
      boolean lost = local && results.file().filter(p -> p.toString().endsWith(".jsonl")).isEmpty();
      if (lost) {
        return "the local queue is gone with this process; only a run with -o FILE.jsonl, or with"
            + " --queue, can go on";
      }
      return "go on with: stygian run "
          + file.name()
          + (output == null ? "" : " -o " + output)
          + queueHint()
          + " --id "
          + run;
    }

    private String queueHint() {
      return queue.url == null ? "" : " --queue " + queue.url;
    }
  }
}
