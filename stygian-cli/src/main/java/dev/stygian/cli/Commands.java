package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * All commands by name. A start makes only the command that it runs: the others are a name and a
 * sentence, so that {@code --help} stays fast however many there are.
 */
final class Commands {
  private static final Map<String, String> SUMMARIES = new LinkedHashMap<>();

  static {
    SUMMARIES.put("run", "Run a pipeline here and put out its results.");
    SUMMARIES.put("submit", "Put a pipeline's items into a queue, for workers elsewhere.");
    SUMMARIES.put("worker", "Work on whatever is in a queue.");
    SUMMARIES.put("status", "Show how far a run is.");
    SUMMARIES.put("why", "Say why a run does not move.");
    SUMMARIES.put("receipt", "Say what became of every item of a run.");
    SUMMARIES.put("await", "Wait until a run is over.");
    SUMMARIES.put("results", "Put out a run's results.");
    SUMMARIES.put("cancel", "End a run; what is done stays.");
    SUMMARIES.put("pause", "Stop starting a run's tasks.");
    SUMMARIES.put("resume", "Go on with a paused run.");
    SUMMARIES.put("set", "Change a run's weight, or a cap on what is leased at once.");
    SUMMARIES.put("dead", "List, show, replay or drop dead letters and excluded items.");
    SUMMARIES.put("queues", "Show a queue's runs and workers.");
    SUMMARIES.put("hosts", "Show what a run did to the hosts that it visited.");
    SUMMARIES.put("check", "Validate a pipeline and show its settings.");
    SUMMARIES.put("graph", "Draw a pipeline.");
    SUMMARIES.put("services", "List the services that nodes can name.");
    SUMMARIES.put("doctor", "Look for what is missing here, and check and mend a queue.");
    SUMMARIES.put("bench", "Measure what things cost (in a source checkout).");
    SUMMARIES.put("chaos", "Harm a run and check its history (in a source checkout).");
  }

  private Commands() {}

  static boolean has(String name) {
    return SUMMARIES.containsKey(name);
  }

  /** The whole tree, with only {@code wanted} made; empty text: none. */
  static CommandLine tree(Console console, CommandSpec root, String wanted) {
    CommandLine tree = new CommandLine(root);
    SUMMARIES.forEach((name, summary) -> {
      CommandSpec spec =
          name.equals(wanted)
              ? CommandSpec.forAnnotatedObject(make(name, console))
              : CommandSpec.create();
      spec.name(name).usageMessage().description(summary);
      tree.addSubcommand(name, spec);
      if (name.equals(wanted)) {
        addToAll(spec);
      }
    });
    return tree;
  }

  private static void addToAll(CommandSpec spec) {
    spec.versionProvider(new Version());
    spec.addMixin("verbosity", CommandSpec.forAnnotatedObject(new Verbosity()));
    spec.subcommands().values().forEach(command -> addToAll(command.getCommandSpec()));
  }

  private static Object make(String name, Console console) {
    return switch (name) {
      case "results" -> new ResultsCommand(console);
      case "worker" -> new WorkerCommand(console, BlobSweep.Pace.USUAL);
      case "submit" -> new SubmitCommand(console);
      case "run" -> new RunCommand(console);
      case "status" -> new StatusCommand(console);
      case "why" -> new WhyCommand(console);
      case "receipt" -> new ReceiptCommand(console);
      case "await" -> new AwaitCommand(console);
      case "cancel" -> new OrderCommand(console, OrderCommand.Order.CANCEL);
      case "pause" -> new OrderCommand(console, OrderCommand.Order.PAUSE);
      case "resume" -> new OrderCommand(console, OrderCommand.Order.RESUME);
      case "set" -> new SetCommand(console);
      case "check" -> new CheckCommand(console);
      case "graph" -> new GraphCommand(console);
      case "dead" -> new DeadCommand(console);
      case "queues" -> new QueuesCommand(console);
      case "hosts" -> new HostsCommand(console);
      case "services" -> new ServicesCommand(console);
      case "doctor" -> new DoctorCommand(console);
      case "bench", "chaos" -> new CheckoutCommand(console, name);
      default -> throw new IllegalArgumentException("no command " + name);
    };
  }
}
