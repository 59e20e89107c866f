package dev.stygian.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stygian.redis.embedded.EmbeddedRedis;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code run} as a process that is interrupted, and goes on with the words that it says then. */
final class InterruptedRunTest extends PacedRuns {
  @TempDir private static Path data;
  private static EmbeddedRedis server;

  @BeforeAll
  static void startServer() {
    server = EmbeddedRedis.start(data.resolve("redis"));
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"local", "shared", "embedded"})
  void interruptedRunFinishesWhatRunsAndItsWordsGoOn(String mode) {
    List<String> more = new ArrayList<>(List.of("-o", "all.jsonl"));
    if (!mode.equals("local")) {
      String queue = mode.equals("embedded") ? "embedded" : server.url();
      more.addAll(List.of("--queue", queue, "--queue-name", "interrupted", "--processes", "1"));
    }
    String goOn;
    try (Program program = Program.start(folder, run("paced.toml", more.toArray(String[]::new)))) {
      site.let(3);
      awaitLines(file, 3);
      program.signalGroup("INT");
      await().atMost(LONG).until(() -> program.err().contains("Finishing what is running"));
      // one by one and slowly, as a process may still begin a few before it stops too
      await()
          .atMost(LONG)
          .pollInterval(Duration.ofMillis(500))
          .until(() -> {
            site.let(1);
            return !program.isAlive();
          });
      program.endedWith(ExitCode.INTERRUPTED);
      assertThat(program.err()).contains(" stopped: ");
      goOn =
          program
              .err()
              .lines()
              .filter(line -> line.startsWith("go on with: stygian "))
              .findFirst()
              .orElseThrow();
      assertThat(program.out()).isEmpty();
    }
    assertThat(Program.lines(file)).isBetween(3L, ITEMS - 1L);
    String[] words = goOn.replace("go on with: stygian ", "").split(" ", -1);
    assertThat(words).contains("--id");

    site.letAll();
    try (Program program = Program.start(folder, words)) {
      program.endedWith(ExitCode.OK);
    }

    Program.assertWhole(file, inputs);
  }

  @Test
  void secondInterruptStopsAtOnce() {
    try (Program program =
        Program.start(folder, run("paced.toml", "--id", "held", "--queue", server.url()))) {
      await().atMost(LONG).until(() -> leased("held") == WORKERS);
      program.signal("INT");
      await().atMost(LONG).until(() -> program.err().contains("Ctrl-C again stops at once"));
      assertThat(program.isAlive()).isTrue();
      program.signal("INT");

      program.endedWith(ExitCode.INTERRUPTED);
      assertThat(program.err()).doesNotContain("\tat ");
    }
  }

  private long leased(String run) {
    Cli.Ended status = cli.run("status", run, "--json", "--queue", server.url());
    return status.code() == ExitCode.OK ? status.json().at("/nodes/0/leased").asLong() : 0;
  }
}
