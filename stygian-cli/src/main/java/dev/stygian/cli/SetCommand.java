package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import dev.stygian.cli.output.StatusView;
import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.queue.Cap;
import dev.stygian.graph.queue.LaneSpec;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunLedger;
import dev.stygian.graph.queue.RunLimits;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.service.ServiceRegistry;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stygian set}: weights and caps of what is under way. */
@Command(
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "A run of weight 3 gets three times the tasks of a run of weight 1 while both",
      "have work. A cap bounds the tasks that are leased at once: of a run, of one of",
      "its nodes, or of a service over all runs of the queue. What is leased already",
      "is not taken back.",
      "",
      "Example:",
      "  stygian set books-7f3a --weight 3 --queue redis://localhost:6379",
      "  stygian set books-7f3a --max-leased 50",
      "  stygian set books-7f3a --node fetch --max-leased 10",
      "  stygian set --service ai_claude --max-leased 4",
      "  stygian set --service ai_claude --max-leased none"
    })
final class SetCommand implements Callable<Integer> {
  private static final String NONE = "none";

  private final Console console;

  @Parameters(
      arity = "0..1",
      paramLabel = "RUN",
      converter = RunArgument.Converter.class,
      description = "The run's id.")
  private @Nullable RunId run;

  @Mixin private final QueueOptions queue = new QueueOptions();

  @Option(
      names = "--weight",
      paramLabel = "N",
      description = "How many times the tasks of a run of weight 1 the run gets: 1 to 1000.")
  private @Nullable Integer weight;

  @Option(
      names = "--max-leased",
      paramLabel = "N",
      description = "Tasks that are leased at once, at most: 1 to 1000000, or none.")
  private @Nullable String maxLeased;

  @Option(
      names = "--node",
      paramLabel = "NODE",
      description = "What --max-leased is for: this node of the run.")
  private @Nullable String node;

  @Option(
      names = "--service",
      paramLabel = "NAME",
      description = "What --max-leased is for: this service, over all runs of the queue.")
  private @Nullable String service;

  @Option(names = "--json", description = "Print the run's status afterwards as one JSON object.")
  private boolean json;

  SetCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws InterruptedException {
    check();
    try (QueueAccess access = QueueAccess.open(console, queue)) {
      if (run != null) {
        setRun(access.ledger(), run);
      } else if (service != null) {
        String name = canonical(service);
        access.ledger().cap(new Cap.OfService(name), most());
        console.say("service " + name + ": " + spoken());
      }
      return ExitCode.OK;
    }
  }

  private void check() {
    if ((run == null) == (service == null)) {
      throw new SettingInvalidException("name a run, or a service with --service NAME");
    }
    if (weight == null && maxLeased == null) {
      throw new SettingInvalidException("say what to set: --weight N or --max-leased N");
    }
    if (service != null && (weight != null || node != null)) {
      throw new SettingInvalidException(
          "a service has neither a weight nor nodes; give --max-leased alone");
    }
    if (node != null && maxLeased == null) {
      throw new SettingInvalidException("--node needs --max-leased N: a weight is a run's");
    }
    if (weight != null && (weight < 1 || weight > RunLimits.MOST_WEIGHT)) {
      throw new SettingInvalidException(
          "--weight " + weight + " cannot be; write a whole number from 1 to 1000");
    }
    if (maxLeased != null) {
      most();
    }
  }

  private void setRun(RunLedger ledger, RunId id) {
    if (weight != null) {
      ledger.weigh(id, weight);
      console.say("run " + id + ": weight " + weight);
    }
    if (maxLeased != null) {
      String ofNode = node;
      if (ofNode == null) {
        ledger.cap(new Cap.OfRun(id), most());
        console.say("run " + id + ": " + spoken());
      } else {
        requireNode(ledger, id, ofNode);
        ledger.cap(new Cap.OfNode(id, ofNode), most());
        console.say("run " + id + ", node " + ofNode + ": " + spoken());
      }
    }
    if (json) {
      console.print(StatusView.json(ledger.status(id)).toString());
    }
  }

  private static void requireNode(RunLedger ledger, RunId id, String node) {
    Optional<RunSpec> spec = ledger.find(id);
    if (spec.isPresent() && spec.get().lanes().stream().noneMatch(l -> l.node().equals(node))) {
      throw new SettingInvalidException(
          "run "
              + id
              + " has no node \""
              + node
              + "\"; it has "
              + spec.get().lanes().stream().map(LaneSpec::node).collect(Collectors.joining(", ")));
    }
  }

  /** Workers elsewhere may offer services that this process does not know. */
  private String canonical(String name) {
    try (ServiceRegistry known = Services.installed(console)) {
      return known.canonical(name).orElse(name);
    }
  }

  private int most() {
    String text = String.valueOf(maxLeased);
    if (text.equals(NONE)) {
      return Cap.NONE;
    }
    try {
      int most = Integer.parseInt(text);
      if (most >= 1 && most <= Cap.MOST) {
        return most;
      }
    } catch (NumberFormatException _) {
      // said below
    }
    throw new SettingInvalidException(
        "--max-leased " + text + " cannot be; write a whole number from 1 to 1000000, or none");
  }

  private String spoken() {
    int most = most();
    return most == Cap.NONE ? "no cap" : "at most " + most + " leased at once";
  }
}
