package dev.stygian.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stygian.redis.embedded.EmbeddedRedis;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code run} as a process that is killed, interrupted and started again. */
final class RunProcessTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  /** So many that a run is in the middle for seconds, however slow its start. */
  private static final int ITEMS = 120;

  @TempDir private static Path data;
  private static EmbeddedRedis server;

  @TempDir private Path folder;
  private Path file;
  private Cli cli;
  private List<String> inputs;

  @BeforeAll
  static void startServer() {
    server = EmbeddedRedis.start(data.resolve("redis"));
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void writePipelines() {
    cli = Cli.in(folder);
    file = folder.resolve("all.jsonl");
    inputs = Pipelines.urls(ITEMS).lines().toList();
    cli.write("urls.txt", Pipelines.urls(ITEMS));
    cli.write(
        "slow.toml",
        "[execution]\nvisibility_timeout = \"2s\"\n"
            + Pipelines.slow("150ms").replace("id = \"slow\"\n", ""));
    cli.write("held.toml", Pipelines.slow("1h"));
  }

  private static String[] run(String pipeline, String... more) {
    return Stream.concat(
            Stream.of("run", pipeline, "--input", "urls.txt", "--workers", "4"), Stream.of(more))
        .toArray(String[]::new);
  }

  private static void awaitLines(Path file, long lines) {
    await().atMost(LONG).until(() -> Program.lines(file) >= lines);
  }

  @ParameterizedTest
  @ValueSource(strings = {"local", "shared", "embedded"})
  void killedRunGoesOnAndItsFileHasEveryItemOnce(String mode) {
    List<String> command =
        new ArrayList<>(List.of(run("slow.toml", "-o", "all.jsonl", "--id", "r-" + mode)));
    if (!mode.equals("local")) {
      command.addAll(List.of("--queue", mode.equals("embedded") ? "embedded" : server.url()));
    }
    String[] arguments = command.toArray(String[]::new);
    for (int lines : new int[] {5, 20}) {
      try (Program program = Program.start(folder, arguments)) {
        awaitLines(file, lines);
        program.kill();
      }
      assertThat(Program.lines(file)).as("killed in the middle").isLessThan(ITEMS);
      Program.tear(file);
    }

    try (Program program = Program.start(folder, arguments)) {
      program.endedWith(ExitCode.OK);
    }

    Program.assertWhole(file, inputs);
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
    try (Program program = Program.start(folder, run("slow.toml", more.toArray(String[]::new)))) {
      awaitLines(file, 3);
      program.signalGroup("INT");
      program.endedWith(ExitCode.INTERRUPTED);
      assertThat(program.err()).contains("Finishing what is running").contains(" stopped: ");
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

    try (Program program = Program.start(folder, words)) {
      program.endedWith(ExitCode.OK);
    }

    Program.assertWhole(file, inputs);
  }

  @Test
  void secondInterruptStopsAtOnce() {
    try (Program program =
        Program.start(folder, run("held.toml", "--id", "held", "--queue", server.url()))) {
      await().atMost(LONG).until(() -> leased("held") == 4);
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

  @Test
  void workerProcessesDieWithTheirParent() {
    cli.write("urls.txt", Pipelines.urls(8));
    try (Program program =
        Program.start(folder, run("held.toml", "--processes", "2", "--queue", "embedded"))) {
      await().atMost(LONG).until(() -> workers(program).size() == 2);
      List<ProcessHandle> children = program.children();

      program.kill();

      await()
          .atMost(LONG)
          .until(() ->
              children.stream().filter(RunProcessTest::isJava).noneMatch(ProcessHandle::isAlive));
      // the server is stopped by whoever uses the folder next
      cli.run("queues", "--queue", "embedded").withCode(ExitCode.OK);
      await().atMost(LONG).until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
    }
  }

  private static boolean isJava(ProcessHandle process) {
    return process.info().command().filter(c -> c.endsWith("java")).isPresent();
  }

  private static List<ProcessHandle> workers(Program program) {
    return program.children().stream().filter(RunProcessTest::isJava).toList();
  }

  @Test
  void processesShareTheWork() {
    try (Program program =
        Program.start(
            folder,
            run("slow.toml", "--processes", "2", "--queue", "embedded", "-o", "all.jsonl"))) {
      program.endedWith(ExitCode.OK);
      assertThat(program.err()).contains("%d submitted = %d done".formatted(ITEMS, ITEMS));
    }
    Program.assertWhole(file, inputs);
  }

  @ParameterizedTest
  @ValueSource(strings = {"local", "shared"})
  void twoRunsCannotWriteToOneFile(String mode) {
    String[] more =
        mode.equals("local")
            ? new String[] {"-o", "all.jsonl"}
            : new String[] {"-o", "all.jsonl", "--queue", server.url(), "--id", "second"};
    try (Program program = Program.start(folder, run("slow.toml", "-o", "all.jsonl"))) {
      awaitLines(file, 1);

      Cli.Ended ended = cli.run(run("slow.toml", more));

      assertThat(ended.withCode(ExitCode.INFRASTRUCTURE).onlyError())
          .contains("another process writes results to")
          .contains("all.jsonl");
      program.endedWith(ExitCode.OK);
    }
    Program.assertWhole(file, inputs);
    if (mode.equals("shared")) {
      // it found out before it submitted anything
      assertThat(cli.run("status", "second", "--queue", server.url()).code())
          .isEqualTo(ExitCode.USAGE);
    }
  }
}
