package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import dev.stygian.cli.output.LetterKind;
import dev.stygian.cli.output.LetterView;
import dev.stygian.cli.output.Table;
import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.queue.DeadLetter;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunLedger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code stygian dead}: what will not be tried again and why, and what to do with it. */
@Command(
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "list|show|replay|drop",
    footer = {
      "",
      "Example:",
      "  stygian dead list books-7f3a --queue redis://localhost:6379",
      "  stygian dead replay books-7f3a --all --queue redis://localhost:6379"
    })
final class DeadCommand implements Runnable {
  private static final int PAGE = 500;
  private static final String IDS = "As `dead list` shows them, also with --excluded.";
  private static final String ALL = "All of the run's dead letters, but no excluded items.";

  private final Console console;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli fills the field
  DeadCommand(Console console) {
    this.console = console;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "Say what to do with the dead letters: list, show, replay or drop.");
  }

  @Command(
      description = "List a run's dead letters, or its excluded items.",
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "Example:",
        "  stygian dead list books-7f3a --json",
        "  stygian dead list books-7f3a --excluded"
      })
  int list(
      @Mixin RunArgument run,
      @Mixin QueueOptions queue,
      @Mixin BlobOptions blobs,
      @Option(
              names = "--excluded",
              description =
                  "List what a rule forbids instead, as robots.txt does, each with the reason.")
          boolean excluded,
      @Option(names = "--json", description = "Print each as one JSON object on a line.")
          boolean json)
      throws InterruptedException {
    LetterKind kind = excluded ? LetterKind.EXCLUDED : LetterKind.DEAD;
    try (QueueAccess access =
        QueueAccess.open(console, queue, Blobs.of(blobs, console.environment()))) {
      String why = excluded ? "reason" : "last error";
      Table table = new Table("id", "node", "attempts", "item", why);
      long[] count = {0};
      forEach(
          kind,
          access.ledger(),
          run.id(),
          letter -> {
            count[0]++;
            if (json) {
              console.out().println(LetterView.json(kind, letter));
            } else {
              table.row(
                  letter.task().id().item(),
                  letter.task().id().node(),
                  String.valueOf(letter.attempts()),
                  LetterView.input(letter).toString(),
                  LetterView.lastError(letter));
            }
          });
      if (!json && count[0] > 0) {
        table.lines().forEach(console.out()::println);
      } else if (!json) {
        console.say("no " + kind.plural() + " in " + run.id());
      }
      return ExitCode.OK;
    }
  }

  @Command(
      description = "Show one dead letter with every attempt's error, or an excluded item.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example:", "  stygian dead show books-7f3a 17"})
  int show(
      @Mixin RunArgument run,
      @Parameters(
              index = "1",
              paramLabel = "ID",
              description = "As `dead list` shows it, also with --excluded.")
          String item,
      @Mixin QueueOptions queue,
      @Mixin BlobOptions blobs,
      @Option(names = "--json", description = "Print one JSON object.") boolean json)
      throws InterruptedException {
    try (QueueAccess access =
        QueueAccess.open(console, queue, Blobs.of(blobs, console.environment()))) {
      for (LetterKind kind : LetterKind.values()) {
        List<DeadLetter> found = new ArrayList<>();
        forEach(
            kind,
            access.ledger(),
            run.id(),
            letter -> {
              if (letter.task().id().item().equals(item)) {
                found.add(letter);
              }
            });
        if (!found.isEmpty()) {
          DeadLetter letter = found.getFirst();
          List<String> lines =
              json
                  ? List.of(LetterView.json(kind, letter).toString())
                  : LetterView.lines(kind, letter);
          lines.forEach(console.out()::println);
          return ExitCode.OK;
        }
      }
      throw unknown(run.id(), List.of(item));
    }
  }

  @Command(
      description = "Put dead letters back to work, and excluded items by their ids.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example:", "  stygian dead replay books-7f3a 17 23"})
  int replay(
      @Mixin RunArgument run,
      @Parameters(index = "1..*", arity = "0..*", paramLabel = "ID", description = IDS)
          @Nullable List<String> ids,
      @Option(names = "--all", description = ALL) boolean all,
      @Mixin QueueOptions queue)
      throws InterruptedException {
    try (QueueAccess access = QueueAccess.open(console, queue)) {
      long count =
          apply(
              access.ledger(),
              run.id(),
              ids,
              all,
              some -> {
                long replayed = access.ledger().replay(run.id(), some);
                if (replayed == 0 && !all) {
                  requireNoneThatStays(access.ledger(), run.id(), some);
                }
                return replayed;
              });
      console.say(count + " put back to work");
      return ExitCode.OK;
    }
  }

  @Command(
      description =
          "Forget dead letters, and excluded items by their ids; all of them stay counted.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example:", "  stygian dead drop books-7f3a --all"})
  int drop(
      @Mixin RunArgument run,
      @Parameters(index = "1..*", arity = "0..*", paramLabel = "ID", description = IDS)
          @Nullable List<String> ids,
      @Option(names = "--all", description = ALL) boolean all,
      @Mixin QueueOptions queue)
      throws InterruptedException {
    try (QueueAccess access = QueueAccess.open(console, queue)) {
      long count =
          apply(access.ledger(), run.id(), ids, all, some -> access.ledger().drop(run.id(), some));
      console.say(count + " dropped");
      return ExitCode.OK;
    }
  }

  /** The letters of items that lack parts go by themselves when these have come good. */
  private static void requireNoneThatStays(RunLedger ledger, RunId run, List<String> ids) {
    forEach(
        LetterKind.DEAD,
        ledger,
        run,
        letter -> {
          if (ids.contains(letter.task().id().item()) && letter.attempts() == 0) {
            throw new SettingInvalidException(
                "item \""
                    + letter.task().id().item()
                    + "\" of run "
                    + run
                    + " goes on by itself when its parts do; "
                    + LetterView.lastError(letter));
          }
        });
  }

  private interface Order {
    long apply(List<String> ids);
  }

  private static long apply(
      RunLedger ledger, RunId run, @Nullable List<String> named, boolean all, Order order) {
    List<String> some = named == null ? List.of() : named;
    if (all != some.isEmpty()) {
      throw new SettingInvalidException("name dead letters by their ids, or all of them by --all");
    }
    if (!all) {
      long count = order.apply(some);
      if (count == 0) {
        throw unknown(run, some);
      }
      return count;
    }
    long count = 0;
    String after = "";
    while (true) {
      List<DeadLetter> page = ledger.deadLetters(run, after, PAGE);
      if (page.isEmpty()) {
        return count;
      }
      List<String> ids = page.stream().map(letter -> letter.task().id().item()).toList();
      count += order.apply(ids);
      after = ids.getLast();
    }
  }

  private static SettingInvalidException unknown(RunId run, List<String> ids) {
    return new SettingInvalidException(
        "run "
            + run
            + " has no dead letter and no excluded item "
            + ids.stream().map(id -> "\"" + id + "\"").collect(Collectors.joining(" or "))
            + "; `stygian dead list "
            + ShellWords.quoted(run.value())
            + "` shows the dead letters, with --excluded the excluded items");
  }

  private static void forEach(
      LetterKind kind, RunLedger ledger, RunId run, Consumer<DeadLetter> action) {
    String after = "";
    List<DeadLetter> page = kind.page(ledger, run, after, PAGE);
    while (!page.isEmpty()) {
      page.forEach(action);
      after = page.getLast().task().id().item();
      page = kind.page(ledger, run, after, PAGE);
    }
  }
}
