package dev.stygian.cli;

import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Runs as processes that get on as far as their test lets them; their results go to a file. */
abstract class PacedRuns {
  static final Duration LONG = Duration.ofSeconds(60);
  static final int ITEMS = 60;
  static final int WORKERS = 4;

  @TempDir Path folder;
  Path file;
  Cli cli;
  GatedSite site;
  List<String> inputs;

  @BeforeEach
  void writePipelines() {
    cli = Cli.in(folder);
    file = folder.resolve("all.jsonl");
    site = GatedSite.start();
    inputs = site.urls(ITEMS);
    cli.write("urls.txt", String.join("\n", inputs) + "\n");
    cli.write(
        "paced.toml",
        """
        allow_private = true
        [execution]
        visibility_timeout = "2s"
        max_attempts = 10 # some go with processes that are killed
        [politeness]
        obey_robots = false
        interval = "0s"
        concurrency = 100
        [[nodes]]
        id = "page"
        service = "http"
        """);
  }

  @AfterEach
  void closeSite() {
    site.close();
  }

  static String[] run(String pipeline, String... more) {
    return Stream.concat(
            Stream.of("run", pipeline, "--input", "urls.txt", "--workers", String.valueOf(WORKERS)),
            Stream.of(more))
        .toArray(String[]::new);
  }

  static void awaitLines(Path file, long lines) {
    await().atMost(LONG).until(() -> Program.lines(file) >= lines);
  }
}
