package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import dev.stygian.graph.settings.Environment;
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
 * behave. The launcher makes its ahead-of-time cache from the record: every later start finds those
 * classes loaded and linked, and a crawl's methods are compiled from the recorded profiles at once
 * instead of being watched first.
 *
 * <p>The crawls are over pages made up here and served on the loopback address, long enough for the
 * optimising compiler to have taken up what a crawl repeats.
 */
final class StartupTraining {
  static final List<List<String>> COMMANDS = List.of(List.of("--help"), List.of("--version"));
  private static final int LOCAL_PAGES = 2000;
  private static final int SHARED_PAGES = 1500;

  private StartupTraining() {}

  /** The kind of the training: {@code start}, or {@code crawl}. */
  public static void main(String[] args) throws IOException {
    // workers' threads may still sit in a call that nothing interrupts
    System.exit(List.of(args).equals(List.of("crawl")) ? crawl() : start());
  }

  private static int start() {
    return COMMANDS.stream().mapToInt(command -> run(Path.of(""), command)).max().orElseThrow();
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
