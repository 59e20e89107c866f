package dev.stygian.services.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** One run of a program. An interrupt ends it and what it has started. */
final class Execution {
  private static final List<String> INHERITED = List.of("PATH", "HOME", "LANG", "TMPDIR", "TZ");
  private static final int COMPLAINT_BYTES = 1000;
  private static final int SHORTEST_SECRET = 4;

  private final ProcessBuilder builder;
  private final Map<String, String> own;
  private final byte[] input;
  private final long maxOutput;

  /** How it ended. */
  sealed interface End {}

  /**
   * It ended by itself.
   *
   * @param complaint what it wrote last on standard error, behind a colon; may be empty
   */
  record Ended(int code, String output, String complaint) implements End {}

  /** Its output became too long. */
  record TooLong() implements End {}

  /** An execution that has not begun; sees a few of this process's variables besides its own. */
  Execution(List<String> command, Map<String, String> environment, byte[] input, long maxOutput) {
    this.builder = new ProcessBuilder(command);
    builder.environment().keySet().retainAll(INHERITED);
    builder.environment().putAll(environment);
    this.own = Map.copyOf(environment);
    this.input = input;
    this.maxOutput = maxOutput;
  }

  End run() throws IOException, InterruptedException {
    Process process = builder.start();
    try {
      FutureTask<byte[]> output = reading(process, () -> head(process.getInputStream()));
      FutureTask<String> complaint = reading(process, () -> tail(process.getErrorStream()));
      try (OutputStream to = process.getOutputStream()) {
        to.write(input);
      } catch (IOException _) {
        // it need not read its input; how it ended tells whether it missed it
      }
      byte[] written = output.get();
      if (written.length > maxOutput) {
        return new TooLong();
      }
      return new Ended(process.waitFor(), new String(written, UTF_8), complaint.get());
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException unread ? unread : new IOException(e);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static <T> FutureTask<T> reading(Process process, Callable<T> read) {
    FutureTask<T> task = new FutureTask<>(read);
    Thread.ofVirtual().name("stygian-command-" + process.pid()).start(task);
    return task;
  }

  /** One byte more than allowed shows that it is too long. */
  private byte[] head(InputStream from) throws IOException {
    return from.readNBytes((int) Math.min(Integer.MAX_VALUE - 8, maxOutput + 1));
  }

  /** The last that it wrote, without the values of its own variables, which may be secrets. */
  private String tail(InputStream from) throws IOException {
    byte[] last = {};
    byte[] buffer = new byte[COMPLAINT_BYTES];
    for (int read = from.read(buffer); read >= 0; read = from.read(buffer)) {
      last = joined(last, buffer, read);
    }
    String text = new String(last, UTF_8).strip();
    for (var variable : own.entrySet()) {
      if (variable.getValue().length() >= SHORTEST_SECRET) {
        text = text.replace(variable.getValue(), "$" + variable.getKey());
      }
    }
    return text.isEmpty() ? "" : ": " + text;
  }

  /** What both have, of which no more than the last bytes are kept. */
  private static byte[] joined(byte[] first, byte[] second, int length) {
    byte[] all = new byte[Math.min(COMPLAINT_BYTES, first.length + length)];
    int ofSecond = Math.min(all.length, length);
    int ofFirst = all.length - ofSecond;
    System.arraycopy(first, first.length - ofFirst, all, 0, ofFirst);
    System.arraycopy(second, length - ofSecond, all, ofFirst, ofSecond);
    return all;
  }
}
