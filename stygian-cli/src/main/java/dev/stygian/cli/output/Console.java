package dev.stygian.cli.output;

import dev.stygian.graph.settings.Environment;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a command has to do with the world outside: results go to {@code out}, all else to {@code
 * err}.
 *
 * @param folder where relative paths start
 * @param terminal whether a person reads {@code err} on a terminal
 */
public record Console(
    InputStream in,
    PrintStream out,
    PrintStream err,
    Environment environment,
    Path folder,
    boolean terminal) {
  private static final int OUT_BUFFER_BYTES = 1 << 16;

  public Console {
    if (terminal && !(err instanceof TerminalStream)) {
      err = new TerminalStream(err);
    }
  }

  /** The streams of this process, as UTF-8; {@code out} is buffered and has to be flushed. */
  public static Console ofProcess() {
    return new Console(
        System.in,
        new PrintStream(
            new BufferedOutputStream(System.out, OUT_BUFFER_BYTES), false, StandardCharsets.UTF_8),
        new PrintStream(System.err, true, StandardCharsets.UTF_8),
        Environment.ofProcess(),
        Path.of(""),
        errIsTerminal());
  }

  /** Whether colours may be written: a terminal that has them, and nobody asked for none. */
  public boolean colour() {
    return isLive() && environment.value("NO_COLOR").filter(v -> !v.isEmpty()).isEmpty();
  }

  /** Whether a line can be drawn again and again. */
  public boolean isLive() {
    return terminal && !environment.value("TERM").orElse("").equals("dumb");
  }

  /** Tells in the terminal's last line how far things are; empty text takes the line away. */
  public void show(String line) {
    if (isLive() && err instanceof TerminalStream t) {
      t.show(line);
    }
  }

  /** Makes room for results, which may go to the same terminal, until {@link #outWritten}. */
  void outBegins() {
    if (err instanceof TerminalStream t) {
      t.hold();
    }
  }

  void outWritten() {
    if (err instanceof TerminalStream t) {
      t.release();
    }
  }

  /** A path as the user gave it. */
  public Path path(String given) {
    return folder.resolve(given);
  }

  /** Says one thing to the person; never a secret. */
  public void say(String line) {
    err.println(Redaction.withoutPasswords(line));
  }

  /** One line of machine-readable output. */
  public void print(String line) {
    out.println(line);
    out.flush();
  }

  /** Java asks only about standard input and output; Linux tells about each stream. */
  private static boolean errIsTerminal() {
    Path link = Path.of("/proc/self/fd/2");
    try {
      String target = Files.readSymbolicLink(link).toString();
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.equals("/dev/console");
    } catch (IOException | UnsupportedOperationException _) {
      return Optional.ofNullable(System.console()).filter(c -> c.isTerminal()).isPresent();
    }
  }
}
