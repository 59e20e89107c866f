package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import dev.stygian.cli.output.LetterKind;
import dev.stygian.cli.output.LetterView;
import dev.stygian.cli.output.ResultOutput;
import dev.stygian.cli.output.Spoken;
import dev.stygian.cli.output.StatusView;
import dev.stygian.graph.queue.DeadLetter;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunLedger;
import dev.stygian.graph.queue.RunStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@code run} says when it ends: counts, where the results are, what died or was excluded, how
 * to go on.
 */
final class RunReport {
  private static final int LETTERS_SHOWN = 5;

  private final Console console;
  private final RunId run;
  private final ResultOutput results;
  private final boolean json;
  private final List<String> arguments;
  private final boolean local;
  private final long doneBefore;
  private final long begin = System.nanoTime();

  /**
   * The report of a run that begins now.
   *
   * @param arguments the command line, to be typed again
   * @param local whether the queue ends with this process
   * @param doneBefore items that need not be run again
   */
  RunReport(
      Console console,
      RunId run,
      ResultOutput results,
      boolean json,
      List<String> arguments,
      boolean local,
      long doneBefore) {
    this.console = console;
    this.run = run;
    this.results = results;
    this.json = json;
    this.arguments = List.copyOf(arguments);
    this.local = local;
    this.doneBefore = doneBefore;
  }

  /**
   * Says it.
   *
   * @param stopped whether the run was left before its end
   */
  void tell(RunLedger ledger, RunStatus status, boolean stopped) {
    if (json) {
      String line = StatusView.json(status).toString();
      if (results.file().isPresent()) {
        console.print(line);
      } else {
        console.say(line);
      }
    } else {
      tellCounts(status, stopped);
      tellLetters(LetterKind.DEAD, ledger, status);
      tellLetters(LetterKind.EXCLUDED, ledger, status);
    }
    if (stopped) {
      console.say(goOn());
    }
  }

  private void tellCounts(RunStatus status, boolean stopped) {
    Duration took = Duration.ofNanos(System.nanoTime() - begin);
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
  }

  private void tellLetters(LetterKind kind, RunLedger ledger, RunStatus status) {
    List<DeadLetter> some = kind.page(ledger, run, "", LETTERS_SHOWN);
    some.forEach(letter -> console.say(LetterView.line(kind, letter)));
    if (kind.count(status) > some.size()) {
      console.say((kind.count(status) - some.size()) + " more are " + kind.word());
    }
    if (!some.isEmpty() && !local) {
      console.say(
          "all of them: "
              + ShellWords.program()
              + " dead list "
              + ShellWords.quoted(run.value())
              + (kind == LetterKind.EXCLUDED ? " --excluded" : "")
              + queue());
    }
  }

  private String goOn() {
    boolean remembers =
        !local || results.file().filter(p -> p.toString().endsWith(".jsonl")).isPresent();
    if (!remembers) {
      return "the local queue is gone with this process; a run can go on with -o FILE.jsonl, or"
          + " with --queue";
    }
    List<String> again = new ArrayList<>(arguments);
    int id = again.indexOf("--id");
    if (id >= 0) {
      again.subList(id, Math.min(id + 2, again.size())).clear();
    }
    again.removeIf(argument -> argument.startsWith("--id="));
    again.addAll(1, List.of("--id", run.value())); // behind "run": options may be ended by --
    return "go on with: " + ShellWords.program() + " " + ShellWords.joined(again);
  }

  private String queue() {
    int option = arguments.indexOf("--queue");
    return option < 0 || option + 1 >= arguments.size()
        ? ""
        : " --queue " + ShellWords.quoted(arguments.get(option + 1));
  }
}
