package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import dev.stygian.cli.output.Spoken;
import dev.stygian.cli.output.Table;
import dev.stygian.graph.queue.HostCounts;
import dev.stygian.graph.queue.RunId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code stygian hosts}: what a run did to the hosts that it visited. */
@Command(
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  stygian hosts books-7f3a --queue redis://localhost:6379"})
final class HostsCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final RunArgument run = new RunArgument();
  @Mixin private final QueueOptions queue = new QueueOptions();

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  HostsCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws InterruptedException {
    try (QueueAccess access = QueueAccess.open(console, queue)) {
      List<HostCounts> hosts = access.ledger().hosts(run.id());
      if (json) {
        console.print(json(run.id(), hosts).toString());
      } else if (hosts.isEmpty()) {
        console.say("no host was visited in " + run.id());
      } else {
        table(hosts).lines().forEach(console.out()::println);
      }
      return ExitCode.OK;
    }
  }

  private static Table table(List<HostCounts> hosts) {
    Table table =
        new Table(
            "host",
            "requests",
            "bytes",
            "failures",
            "asked for fewer",
            "smallest gap",
            "most at once",
            "waits");
    hosts.forEach(h ->
        table.row(
            h.host(),
            String.valueOf(h.requests()),
            Spoken.bytes(h.bytes()),
            String.valueOf(h.failures()),
            String.valueOf(h.tooMany()),
            h.smallestGap().map(gap -> gap.toMillis() + " ms").orElse("-"),
            String.valueOf(h.mostAtOnce()),
            String.valueOf(h.waits())));
    return table;
  }

  private static ObjectNode json(RunId run, List<HostCounts> hosts) {
    ObjectNode all = JsonNodeFactory.instance.objectNode().put("run", run.value());
    ArrayNode array = all.putArray("hosts");
    hosts.forEach(h ->
        array
            .addObject()
            .put("host", h.host())
            .put("requests", h.requests())
            .put("bytes", h.bytes())
            .put("failures", h.failures())
            .put("asked_for_fewer", h.tooMany())
            .put("smallest_gap_millis", h.smallestGap().map(Duration::toMillis).orElse(null))
            .put("most_at_once", h.mostAtOnce())
            .put("waits", h.waits()));
    return all;
  }
}
