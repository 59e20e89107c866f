package dev.stygian.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stygian.redis.embedded.EmbeddedRedis;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code run} as a process that is killed and started again. */
final class RunProcessTest extends PacedRuns {
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
  void killedRunGoesOnAndItsFileHasEveryItemOnce(String mode) {
    List<String> command =
        new ArrayList<>(List.of(run("paced.toml", "-o", "all.jsonl", "--id", "r-" + mode)));
    if (!mode.equals("local")) {
      command.addAll(List.of("--queue", mode.equals("embedded") ? "embedded" : server.url()));
    }
    String[] arguments = command.toArray(String[]::new);
    for (int lines : new int[] {5, 20}) {
      try (Program program = Program.start(folder, arguments)) {
        // as many as a killed process may have asked for in vain come before
        site.let(lines + WORKERS);
        awaitLines(file, lines);
        program.kill();
      }
      assertThat(Program.lines(file)).as("killed in the middle").isLessThan(ITEMS);
      Program.tear(file);
    }

    site.letAll();
    try (Program program = Program.start(folder, arguments)) {
      program.endedWith(ExitCode.OK);
    }

    Program.assertWhole(file, inputs);
  }

  @Test
  void workerProcessesDieWithTheirParent() {
    try (Program program =
        Program.start(folder, run("paced.toml", "--processes", "2", "--queue", "embedded"))) {
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
    site.letAll();
    try (Program program =
        Program.start(
            folder,
            run("paced.toml", "--processes", "2", "--queue", "embedded", "-o", "all.jsonl"))) {
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
    try (Program program = Program.start(folder, run("paced.toml", "-o", "all.jsonl"))) {
      site.let(1);
      awaitLines(file, 1);

      Cli.Ended ended = cli.run(run("paced.toml", more));

      assertThat(ended.withCode(ExitCode.INFRASTRUCTURE).onlyError())
          .contains("another process writes results to")
          .contains("all.jsonl");
      site.letAll();
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
