package dev.stygian.cli.documentation;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A bash that stays open between commands, as a person's terminal does: variables, jobs and the
 * folder are kept. What a command prints on both streams comes back in one text.
 */
final class Terminal implements AutoCloseable {
  private static final String END = "=== command ended with ";
  private static final long LONGEST_SECONDS = 100;

  private final Path scratch;
  private final Process bash;
  private final Writer keys;
  private final BufferedReader screen;
  private final ScheduledExecutorService guard = Executors.newSingleThreadScheduledExecutor();
  private int commands;

  /** What a command printed and how it ended. */
  record Answer(int code, String output) {}

  /**
   * Opens a terminal.
   *
   * @param scratch a folder for its own files, which no command sees
   */
  Terminal(Path folder, Path scratch, Map<String, String> environment) throws IOException {
    this.scratch = Files.createDirectories(scratch);
    ProcessBuilder builder =
        new ProcessBuilder("setsid", "bash", "--noprofile", "--norc")
            .directory(folder.toFile())
            .redirectErrorStream(true);
    environment.forEach(builder.environment()::put);
    this.bash = builder.start();
    this.keys = bash.outputWriter(StandardCharsets.UTF_8);
    this.screen = bash.inputReader(StandardCharsets.UTF_8);
    // reading from a process cannot be interrupted, so what hangs is ended instead
    var _ = guard.schedule(this::end, LONGEST_SECONDS, TimeUnit.SECONDS);
  }

  /** Types a command and waits until it is done. */
  Answer run(String command) {
    try {
      commands++;
      Path script = Files.writeString(scratch.resolve("command-" + commands), command + "\n");
      keys.write(". '" + script + "' </dev/null; printf '\\n" + END + "%d\\n' $?\n");
      keys.flush();
      StringBuilder output = new StringBuilder();
      String line = screen.readLine();
      while (line != null && !line.startsWith(END)) {
        output.append(line).append('\n');
        line = screen.readLine();
      }
      if (line == null) {
        throw new AssertionError("the shell ended in the middle of: " + command + "\n" + output);
      }
      String text = output.toString();
      String whole = text.endsWith("\n\n") ? text.substring(0, text.length() - 1) : text;
      return new Answer(Integer.parseInt(line.substring(END.length())), whole.strip());
    } catch (IOException e) {
      throw new UncheckedIOException(command, e);
    }
  }

  @Override
  public void close() {
    guard.shutdownNow();
    end();
  }

  /** Ends the whole group at once: what a command starts meanwhile would keep the screen open. */
  private void end() {
    try {
      new ProcessBuilder("kill", "-s", "KILL", "--", "-" + bash.pid()).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
