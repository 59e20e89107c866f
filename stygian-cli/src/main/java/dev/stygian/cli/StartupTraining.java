package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import dev.stygian.graph.settings.Environment;
import dev.stygian.redis.embedded.EmbeddedRedis;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Runs what people run most, so that the JDK records which classes that takes and how its methods
 * behave. The launcher makes its ahead-of-time caches from the record: every later start finds
 * those classes loaded and linked, and a crawl's methods are compiled from the recorded profiles at
 * once instead of being watched first.
 *
 * <p>The crawls are over pages made up here and served on the loopback address, long enough for the
 * optimising compiler to have taken up what a crawl repeats.
 */
final class StartupTraining {
  static final List<List<String>> COMMANDS = List.of(List.of("--help"), List.of("--version"));
  private static final int LOCAL_PAGES = 2000;
  private static final int SHARED_PAGES = 1500;
  private static final String PIPELINE = "pages.toml";
  private static final String PIPELINE_TEXT =
      """
      id = "pages"
      [[nodes]]
      id = "fetch"
      service = "http"
      [[nodes]]
      id = "title"
      service = "extract"
      depends_on = ["fetch"]
      [nodes.config.fields]
      title = "title"
      """;

  private StartupTraining() {}

  /** The kind of the training: {@code start}, {@code queue} or {@code crawl}. */
  public static void main(String[] args) throws IOException {
    int exitCode =
        switch (String.join(" ", args)) {
          case "crawl" -> crawl();
          case "queue" -> queue();
          default -> start();
        };
    System.exit(exitCode); // workers' threads may still sit in a call that nothing interrupts
  }

  private static int start() {
    return COMMANDS.stream().mapToInt(command -> run(Path.of(""), command)).max().orElseThrow();
  }

  private static int queue() throws IOException {
    Path folder = Files.createTempDirectory("stygian-training-");
    try (EmbeddedRedis server = EmbeddedRedis.start(folder.resolve("server"))) {
      return questions(folder, server.url()).stream()
          .mapToInt(command -> run(folder, command))
          .max()
          .orElseThrow();
    } finally {
      delete(folder);
    }
  }

  /** Submits a run to a queue, and asks about it. */
  static List<List<String>> questions(Path folder, String queue) throws IOException {
    Files.writeString(folder.resolve(PIPELINE), PIPELINE_TEXT);
    Files.writeString(folder.resolve("urls.txt"), "https://training.example/1\n");
    List<List<String>> commands = new ArrayList<>();
    commands.add(List.of("check", PIPELINE));
    for (List<String> command :
        List.of(
            List.of("submit", PIPELINE, "--input", "urls.txt", "--id", "training"),
            List.of("status", "training"),
            List.of("queues"),
            List.of("why", "training"),
            List.of("dead", "list", "training"),
            List.of("cancel", "training"),
            List.of("receipt", "training"))) {
      List<String> there = new ArrayList<>(command);
      there.addAll(List.of("--queue", queue));
      commands.add(there);
    }
    return commands;
  }

  /** Ends well if only one of the modes works here: a cache that lacks the other is worth much. */
  private static int crawl() throws IOException {
    Path folder = Files.createTempDirectory("stygian-training-");
    try {
      return crawls(folder, LOCAL_PAGES, SHARED_PAGES).stream()
          .mapToInt(command -> run(folder, command))
          .min()
          .orElseThrow();
    } finally {
      delete(folder);
    }
  }

  /** Makes a site with its pipeline and gives the commands that crawl it, in both modes. */
  static List<List<String>> crawls(Path folder, int localPages, int sharedPages)
      throws IOException {
    TrainingSite.write(folder);
    List<List<String>> commands = new ArrayList<>();
    commands.add(crawl(TrainingSite.urls(folder, "local.txt", localPages), "local.jsonl"));
    List<String> shared =
        new ArrayList<>(crawl(TrainingSite.urls(folder, "shared.txt", sharedPages), "-"));
    shared.addAll(List.of("--queue", QueueAccess.EMBEDDED));
    commands.add(shared);
    return commands;
  }

  private static List<String> crawl(String urls, String output) {
    return List.of(
        "run", TrainingSite.PIPELINE, "--input", urls, "-o", output, "--allow-private", "--fresh");
  }

  /** Runs a command in a folder as if in an empty environment, its results going nowhere. */
  static int run(Path folder, List<String> command) {
    Console console =
        new Console(
            InputStream.nullInputStream(),
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
            new PrintStream(System.err, true, StandardCharsets.UTF_8),
            Environment.of(Map.of()),
            folder,
            false);
    int exitCode = Stygian.execute(console, command.toArray(String[]::new));
    if (exitCode != 0) {
      console.say("stygian " + String.join(" ", command) + " ended with " + exitCode);
    }
    return exitCode;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
