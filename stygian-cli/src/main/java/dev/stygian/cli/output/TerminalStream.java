package dev.stygian.cli.output;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;

/**
 * Standard error on a terminal, with one last line that tells how far things are: whatever else is
 * written, by whomever, goes above it. That line never wraps, since the terminal is told to cut it
 * at its width, whatever that is just now. Thread-safe.
 */
final class TerminalStream extends PrintStream {
  private final StatusLine line;

  TerminalStream(OutputStream terminal) {
    this(new StatusLine(terminal));
  }

  private TerminalStream(StatusLine line) {
    super(line, true, UTF_8);
    this.line = line;
  }

  /** Draws the last line; empty text takes it away. */
  void show(String text) {
    line.show(text);
  }

  /** Takes the last line away while somebody writes to the terminal by another stream. */
  void hold() {
    line.hold(true);
  }

  void release() {
    line.hold(false);
  }

  private static final class StatusLine extends OutputStream {
    private static final String CLEAR = "\r\u001b[2K";
    private static final String WRAP_OFF = "\u001b[?7l";
    private static final String WRAP_ON = "\u001b[?7h";

    private final OutputStream terminal;
    private String text = "";
    private boolean drawn;
    private boolean held;
    private boolean inLine;

    StatusLine(OutputStream terminal) {
      this.terminal = terminal;
    }

    synchronized void show(String wanted) {
      text = wanted;
      try {
        erase();
        draw();
      } catch (IOException _) {
        // the terminal is gone; nobody looks
      }
    }

    synchronized void hold(boolean wanted) {
      held = wanted;
      show(text);
    }

    private void erase() throws IOException {
      if (drawn) {
        terminal.write(CLEAR.getBytes(UTF_8));
        terminal.flush();
        drawn = false;
      }
    }

    private void draw() throws IOException {
      if (!text.isEmpty() && !held && !inLine) {
        terminal.write((CLEAR + WRAP_OFF + text + WRAP_ON).getBytes(UTF_8));
        terminal.flush();
        drawn = true;
      }
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
      if (length > 0) {
        erase();
        terminal.write(bytes, offset, length);
        inLine = bytes[offset + length - 1] != '\n';
        draw();
      }
    }

    @Override
    public synchronized void flush() throws IOException {
      terminal.flush();
    }
  }
}
