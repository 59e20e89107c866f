package dev.stygian.cli.output;

import dev.stygian.graph.queue.RunStatus;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * One line on a terminal that tells how far a run is; nothing where nobody looks. Not for use by
 * several threads at once, but {@link #close} may come from another one.
 */
public final class Progress implements AutoCloseable {
  private static final long RATE_WINDOW_NANOS = Duration.ofSeconds(5).toNanos();

  private final Console console;
  private final LongSupplier nanos;
  private long windowStart;
  private long endedAtWindowStart = -1;
  private double perSecond;
  private boolean closed;

  Progress(Console console, LongSupplier nanos) {
    this.console = console;
    this.nanos = nanos;
  }

  /** Progress on a console's standard error, if that is a terminal. */
  public static Progress on(Console console) {
    return new Progress(console, System::nanoTime);
  }

  public synchronized void show(RunStatus status) {
    if (!closed && console.isLive()) {
      measure(status.submitted() - status.inFlight());
      console.show(line(status));
    }
  }

  private void measure(long ended) {
    long now = nanos.getAsLong();
    if (endedAtWindowStart < 0) {
      endedAtWindowStart = ended;
      windowStart = now;
      return;
    }
    double seconds = (now - windowStart) / 1e9;
    if (seconds > 0.5) {
      perSecond = (ended - endedAtWindowStart) / seconds;
    }
    if (now - windowStart > RATE_WINDOW_NANOS) {
      windowStart = now;
      endedAtWindowStart = ended;
    }
  }

  private String line(RunStatus status) {
    StringBuilder line = new StringBuilder();
    line.append(status.done()).append(" done");
    if (status.dead() > 0) {
      line.append(", ").append(status.dead()).append(" dead");
    }
    line.append(", ").append(status.inFlight()).append(" in flight");
    if (perSecond > 0) {
      line.append(", ").append(Spoken.rate(perSecond));
      if (status.inputClosed()) {
        long left = Math.round(status.inFlight() / perSecond * 1000);
        line.append(", ").append(Spoken.duration(Duration.ofMillis(left))).append(" left");
      }
    }
    if (!status.missingServices().isEmpty()) {
      line.append("; no worker offers ").append(String.join(", ", status.missingServices()));
    }
    return line.toString();
  }

  /** Takes the line away. Idempotent. */
  @Override
  public synchronized void close() {
    if (!closed) {
      console.show("");
    }
    closed = true;
  }
}
