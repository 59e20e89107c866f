package dev.stygian.cli;

import dev.stygian.cli.output.Console;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What Ctrl-C and SIGTERM mean while a command works: the first asks it to stop, and it finishes
 * what is running; the second ends the process.
 */
final class Interruption implements AutoCloseable {
  private final CountDownLatch asked = new CountDownLatch(1);
  private final Console console;
  private final Runnable onFirst;
  private final ProcessSignal interrupt;
  private final ProcessSignal terminate;
  private volatile boolean terminated;

  /** Takes the signals over until {@link #close}; a shutdown hook would not hear of the second. */
  Interruption(Console console, Runnable onFirst) {
    this.console = console;
    this.onFirst = onFirst;
    interrupt = ProcessSignal.handle("INT", () -> signal(false));
    terminate = ProcessSignal.handle("TERM", () -> signal(true));
  }

  private void signal(boolean terminate) {
    if (asked.getCount() == 0) {
      console.show("");
      Runtime.getRuntime().exit(ExitCode.INTERRUPTED);
    }
    terminated = terminate;
    ask();
  }

  /** As a first signal does. */
  void ask() {
    if (asked.getCount() > 0) {
      asked.countDown();
      onFirst.run();
    }
  }

  boolean isAsked() {
    return asked.getCount() == 0;
  }

  /** Whether it was SIGTERM: an order, where Ctrl-C is a change of mind. */
  boolean isTerminated() {
    return terminated;
  }

  /** Waits for the first signal; says whether it came. */
  boolean await(long millis) throws InterruptedException {
    return asked.await(millis, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    interrupt.close();
    terminate.close();
  }
}
