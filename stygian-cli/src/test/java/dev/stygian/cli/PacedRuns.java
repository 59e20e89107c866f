package dev.stygian.cli;

import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Runs of many items at a known pace, as processes whose results go to a file. */
abstract class PacedRuns {
  static final Duration LONG = Duration.ofSeconds(60);

  /** So many that a run is in the middle for seconds, however slow its start. */
  static final int ITEMS = 120;

  @TempDir Path folder;
  Path file;
  Cli cli;
  List<String> inputs;

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

  static String[] run(String pipeline, String... more) {
    return Stream.concat(
            Stream.of("run", pipeline, "--input", "urls.txt", "--workers", "4"), Stream.of(more))
        .toArray(String[]::new);
  }

  static void awaitLines(Path file, long lines) {
    await().atMost(LONG).until(() -> Program.lines(file) >= lines);
  }
}
