package dev.stygian.bench.measure;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The source that is measured, where git knows it. */
public final class Checkout {
  private Checkout() {}

  /**
   * The commit that is checked out in a folder, with a plus sign behind it where files differ.
   *
   * @return empty where that is no checkout, or git is not installed
   */
  public static Optional<String> commit(Path folder) throws InterruptedException {
    Optional<String> commit = git(folder, "rev-parse", "HEAD");
    boolean differs =
        git(folder, "status", "--porcelain").map(changes -> !changes.isEmpty()).orElse(false);
    return commit.map(c -> differs ? c + "+" : c);
  }

  private static Optional<String> git(Path folder, String... words) throws InterruptedException {
    List<String> command = new ArrayList<>(List.of("git", "-C", folder.toString()));
    command.addAll(List.of(words));
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
      return process.waitFor() == 0 ? Optional.of(said) : Optional.empty();
    } catch (IOException _) {
      return Optional.empty();
    }
  }
}
