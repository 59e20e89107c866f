package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import dev.stygian.cli.output.Spoken;
import dev.stygian.cli.output.StatusView;
import dev.stygian.cli.output.Table;
import dev.stygian.graph.error.RunUnknownException;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunLedger;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.queue.ServiceCap;
import dev.stygian.graph.queue.WorkerInfo;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code stygian queues}: what is going on in a queue. */
@Command(
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  stygian queues --queue redis://localhost:6379 --queue-name books"})
final class QueuesCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final QueueOptions queue = new QueueOptions();

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  QueuesCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws InterruptedException {
    ExecutionChoices choices =
        ExecutionChoices.of(
            new ExecutionChoices.Given(queue.url, queue.name, null), console.environment());
    try (QueueAccess access = QueueAccess.open(console, choices, Blobs.none())) {
      RunLedger ledger = access.ledger();
      List<RunStatus> runs = statuses(ledger);
      List<WorkerInfo> workers = ledger.workers();
      if (json) {
        console.print(
            json(choices.queueName().value(), runs, workers, ledger.serviceCaps()).toString());
      } else {
        print(choices.queueName().value(), runs, workers);
        print(ledger.serviceCaps());
      }
      return ExitCode.OK;
    }
  }

  private static List<RunStatus> statuses(RunLedger ledger) {
    return ledger.runs().stream().flatMap(run -> status(ledger, run).stream()).toList();
  }

  /** Empty where the run's time ended while we were reading. */
  private static Optional<RunStatus> status(RunLedger ledger, RunId run) {
    try {
      return Optional.of(ledger.status(run));
    } catch (RunUnknownException _) {
      return Optional.empty();
    }
  }

  private void print(String name, List<RunStatus> runs, List<WorkerInfo> workers) {
    console
        .out()
        .println(
            "queue "
                + name
                + ": "
                + Spoken.count(runs.size(), "run")
                + ", "
                + Spoken.count(workers.size(), "live worker"));
    if (!runs.isEmpty()) {
      Table table =
          new Table("run", "pipeline", "state", "weight", "submitted", "done", "dead", "in flight");
      runs.forEach(r ->
          table.row(
              r.run().value(),
              r.pipelineId(),
              StatusView.state(r),
              String.valueOf(r.weight()),
              String.valueOf(r.submitted()),
              String.valueOf(r.done()),
              String.valueOf(r.dead()),
              String.valueOf(r.inFlight())));
      console.out().println();
      table.lines().forEach(console.out()::println);
    }
    if (!workers.isEmpty()) {
      Table table = new Table("worker", "slots", "last seen", "services");
      workers.forEach(w ->
          table.row(
              w.worker(),
              String.valueOf(w.slots()),
              Spoken.duration(w.lastSeen()) + " ago",
              String.join(" ", w.services().stream().sorted().toList())));
      console.out().println();
      table.lines().forEach(console.out()::println);
    }
  }

  private void print(List<ServiceCap> caps) {
    if (!caps.isEmpty()) {
      Table table = new Table("service", "leased", "cap");
      caps.forEach(
          c -> table.row(c.service(), String.valueOf(c.leased()), String.valueOf(c.maxLeased())));
      console.out().println();
      table.lines().forEach(console.out()::println);
    }
  }

  private static ObjectNode json(
      String name, List<RunStatus> runs, List<WorkerInfo> workers, List<ServiceCap> caps) {
    ObjectNode all = JsonNodeFactory.instance.objectNode().put("queue", name);
    ArrayNode runArray = all.putArray("runs");
    runs.forEach(run -> runArray.add(StatusView.json(run)));
    ArrayNode workerArray = all.putArray("workers");
    workers.forEach(w -> {
      ObjectNode one = workerArray.addObject();
      one.put("worker", w.worker()).put("slots", w.slots());
      one.put("last_seen_millis", w.lastSeen().toMillis());
      ArrayNode services = one.putArray("services");
      w.services().stream().sorted().forEach(services::add);
    });
    ArrayNode capArray = all.putArray("caps");
    caps.forEach(c ->
        capArray
            .addObject()
            .put("service", c.service())
            .put("leased", c.leased())
            .put("max_leased", c.maxLeased()));
    return all;
  }
}
