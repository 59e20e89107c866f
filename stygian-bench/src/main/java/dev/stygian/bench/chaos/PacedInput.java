package dev.stygian.bench.chaos;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * The items, spread evenly over the time of the harm, so that submitter and workers have something
 * to do for as long as they are harmed. Who begins late gets at once what is due. Thread-safe.
 */
final class PacedInput {
  /** By which it is seen that everything works, before any harm is done. */
  static final long FIRST_ITEMS = 20;

  private static final long LOOK_MILLIS = 5;

  private final long items;
  private final long lengthNanos;
  private volatile OptionalLong began = OptionalLong.empty();

  PacedInput(long items, Duration length) {
    this.items = items;
    this.lengthNanos = Math.max(1, length.toNanos());
  }

  /** From now on more than the first few items are due. */
  void begin() {
    began = OptionalLong.of(System.nanoTime());
  }

  /** Writes an item a line, all of them, each not before it is due. */
  void feed(OutputStream to) throws IOException, InterruptedException {
    OutputStream out = new BufferedOutputStream(to);
    long next = 0;
    while (next < items) {
      OptionalLong since = began;
      long due = due(since.isEmpty() ? 0 : System.nanoTime() - since.getAsLong());
      while (next < due) {
        out.write(
            ("{\"" + TrialService.NUMBER + "\":" + next + "}\n").getBytes(StandardCharsets.UTF_8));
        next++;
      }
      out.flush();
      Thread.sleep(LOOK_MILLIS);
    }
  }

  /** How many items are due so long after the begin. */
  long due(long nanos) {
    long paced = nanos >= lengthNanos ? items : (long) ((double) items * nanos / lengthNanos);
    return Math.min(items, Math.max(FIRST_ITEMS, paced));
  }
}
