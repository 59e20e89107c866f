package dev.stygian.cli.output;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stygian.graph.queue.Emitted;
import dev.stygian.graph.queue.RunId;
import dev.stygian.graph.queue.RunStatus;
import dev.stygian.graph.settings.Environment;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What stands in a terminal's last line, and that nothing else ever stands in it. */
final class ProgressTest {
  private static final String CLEAR = "\r\u001b[2K";
  private static final String BEGIN = CLEAR + "\u001b[?7l";
  private static final String END = "\u001b[?7h";

  private final ByteArrayOutputStream terminal = new ByteArrayOutputStream();
  private final AtomicLong now = new AtomicLong(TimeUnit.HOURS.toNanos(1));

  private Console console(boolean isTerminal, Map<String, String> environment) {
    PrintStream stream = new PrintStream(terminal, true, UTF_8);
    return new Console(
        InputStream.nullInputStream(),
        stream,
        stream,
        Environment.of(environment),
        Path.of(""),
        isTerminal);
  }

  private static RunStatus status(
      long submitted, long done, long dead, boolean inputClosed, String... missing) {
    return new RunStatus(
        new RunId("r"),
        "p",
        RunStatus.State.RUNNING,
        inputClosed,
        submitted,
        Emitted.NONE,
        done,
        dead,
        0,
        0,
        0,
        0,
        false,
        1,
        0,
        List.of(),
        List.of(missing),
        Instant.EPOCH,
        Optional.empty());
  }

  /** What was written since the last call. */
  private String written() {
    String all = terminal.toString(UTF_8);
    terminal.reset();
    return all;
  }

  private void pass(long seconds) {
    now.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
  }

  @Test
  void lineTellsCountsRateAndTimeLeft() {
    Progress progress = new Progress(console(true, Map.of()), now::get);

    progress.show(status(100, 0, 0, false));
    assertThat(written()).isEqualTo(BEGIN + "0 done, 100 in flight" + END);

    pass(2);
    progress.show(status(100, 36, 4, false));
    assertThat(written()).isEqualTo(CLEAR + BEGIN + "36 done, 4 dead, 60 in flight, 20/s" + END);

    progress.show(status(100, 36, 4, true));
    assertThat(written())
        .isEqualTo(CLEAR + BEGIN + "36 done, 4 dead, 60 in flight, 20/s, 3.0s left" + END);
  }

  @Test
  void rateIsThatOfTheLastSeconds() {
    Progress progress = new Progress(console(true, Map.of()), now::get);
    progress.show(status(1000, 0, 0, true));
    pass(6);
    progress.show(status(1000, 600, 0, true));
    written();

    pass(5);
    progress.show(status(1000, 610, 0, true));

    assertThat(written()).contains("390 in flight, 2.0/s, 3m 15s left");
  }

  @Test
  void lineNamesWhatNobodyOffers() {
    Progress progress = new Progress(console(true, Map.of()), now::get);

    progress.show(status(3, 0, 0, true, "ai_claude"));

    assertThat(written()).contains("3 in flight; no worker offers ai_claude");
  }

  @Test
  void whatElseIsSaidGoesAboveTheLine() {
    Console console = console(true, Map.of());
    Progress progress = new Progress(console, now::get);
    progress.show(status(2, 1, 0, false));
    written();

    console.say("a note");

    assertThat(written()).isEqualTo(CLEAR + "a note\n" + BEGIN + "1 done, 1 in flight" + END);
  }

  @Test
  void resultsOnTheSameTerminalGoAboveTheLine() {
    Console console = console(true, Map.of());
    Progress progress = new Progress(console, now::get);
    progress.show(status(2, 1, 0, false));
    written();

    console.outBegins();
    console.out().print("{}\n");
    progress.show(status(2, 2, 0, false));
    console.out().print("{}\n");
    console.outWritten();

    assertThat(written()).isEqualTo(CLEAR + "{}\n{}\n" + BEGIN + "2 done, 0 in flight" + END);
  }

  @Test
  void lineIsGoneAtTheEnd() {
    Console console = console(true, Map.of());
    Progress progress = new Progress(console, now::get);
    progress.show(status(2, 1, 0, false));
    written();

    progress.close();
    progress.close();
    progress.show(status(2, 2, 0, false));
    console.say("the end");

    assertThat(written()).isEqualTo(CLEAR + "the end\n");
  }

  @Test
  void nothingIsShownWhereNobodyLooks() {
    for (Console console :
        List.of(console(false, Map.of()), console(true, Map.of("TERM", "dumb")))) {
      try (Progress progress = new Progress(console, now::get)) {
        progress.show(status(2, 1, 0, false));
      }
      assertThat(written()).isEmpty();
    }
  }
}
