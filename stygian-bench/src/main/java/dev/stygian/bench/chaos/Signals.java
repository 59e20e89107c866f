package dev.stygian.bench.chaos;

import java.io.IOException;

/** Sends processes the signals that Java cannot. */
final class Signals {
  private Signals() {}

  /**
   * Sends one; a process that is gone gets none.
   *
   * @param signal its name without {@code SIG}
   */
  static void send(String signal, long pid) throws IOException, InterruptedException {
    new ProcessBuilder("sh", "-c", "kill -s " + signal + " " + pid)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
