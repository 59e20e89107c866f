package dev.stygian.bench.chaos;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A command of the product that is started again whenever it ends, as an operator's supervisor
 * would, until it has done what it has to do. What it says is added to one file. Thread-safe.
 */
final class ServedProcess implements AutoCloseable {
  private static final long PAUSE_MILLIS = 200;
  private static final long PATIENCE_SECONDS = 15;

  /** Writes what the process reads. */
  @FunctionalInterface
  interface Feed {
    /** Writes until there is no more, or the process is gone. */
    void feed(OutputStream input) throws IOException, InterruptedException;
  }

  private final String name;
  private final List<String> command;
  private final Map<String, String> environment;
  private final Path folder;
  private final Feed feed;
  private final boolean hasAnEnd;
  private final Map<Integer, Integer> ownEnds = new TreeMap<>();
  private final Thread keeper;

  private Map<String, String> nextEnvironment = Map.of();
  private Process process;
  private boolean killed;
  private boolean done;
  private boolean closing;

  private ServedProcess(
      String name,
      List<String> command,
      Map<String, String> environment,
      Path folder,
      Feed feed,
      boolean hasAnEnd)
      throws IOException {
    this.name = name;
    this.command = List.copyOf(command);
    this.environment = Map.copyOf(environment);
    this.folder = folder;
    this.feed = feed;
    this.hasAnEnd = hasAnEnd;
    this.process = launch();
    this.keeper = Thread.ofPlatform().name("chaos-" + name).daemon().unstarted(this::keep);
  }

  /** One that works until it is closed; its input stays open until then. */
  static ServedProcess endless(
      String name, List<String> command, Map<String, String> environment, Path folder)
      throws IOException {
    return start(new ServedProcess(name, command, environment, folder, _ -> {}, false));
  }

  /** One that has done its work when it ends with 0. */
  static ServedProcess untilDone(
      String name, List<String> command, Map<String, String> environment, Path folder, Feed feed)
      throws IOException {
    return start(new ServedProcess(name, command, environment, folder, feed, true));
  }

  private static ServedProcess start(ServedProcess served) {
    served.feedNow(served.process);
    served.keeper.start();
    return served;
  }

  private Process launch() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(folder.resolve(name + ".log").toFile()));
    builder.environment().putAll(environment);
    builder.environment().putAll(nextEnvironment);
    return builder.start();
  }

  private void feedNow(Process to) {
    if (!hasAnEnd) {
      return;
    }
    Thread.ofVirtual()
        .name("chaos-feed-" + name)
        .start(() -> {
          try (OutputStream input = to.getOutputStream()) {
            feed.feed(input);
          } catch (IOException _) {
            // it is gone; the next one is fed from the start
          } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
          }
        });
  }

  private void keep() {
    try {
      Process watched = process;
      while (true) {
        int code = watched.waitFor();
        synchronized (this) {
          if (!killed && !(closing && code == 0)) {
            ownEnds.merge(code, 1, Integer::sum);
          }
          killed = false;
          if (hasAnEnd && code == 0) {
            done = true;
          }
          if (done || closing) {
            return;
          }
        }
        Thread.sleep(PAUSE_MILLIS);
        synchronized (this) {
          if (closing) {
            return;
          }
          process = launch();
          nextEnvironment = Map.of();
          watched = process;
        }
        feedNow(watched);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(name + " cannot be started again", e);
    }
  }

  String name() {
    return name;
  }

  /**
   * Kills it, as {@code kill -9} does; another one follows.
   *
   * @return false where there was nothing to kill
   */
  boolean kill() {
    return killAndRestartWith(Map.of());
  }

  /** Likewise; the next one has something more in its environment. */
  synchronized boolean killAndRestartWith(Map<String, String> more) {
    if (done || closing || !process.isAlive()) {
      return false;
    }
    nextEnvironment = Map.copyOf(more);
    killed = true;
    process.destroyForcibly();
    return true;
  }

  /**
   * Stops it in the middle of whatever it does, until {@link #resume}.
   *
   * @return what to resume; 0 where there was nothing to pause
   */
  long pause() throws IOException, InterruptedException {
    long pid;
    synchronized (this) {
      if (done || closing || !process.isAlive()) {
        return 0;
      }
      pid = process.pid();
    }
    Signals.send("STOP", pid);
    return pid;
  }

  void resume(long pid) throws IOException, InterruptedException {
    Signals.send("CONT", pid);
  }

  /** Whether it has done what it had to do. */
  synchronized boolean isDone() {
    return done;
  }

  /** How often it ended by itself, by exit code. */
  synchronized Map<Integer, Integer> ownEnds() {
    return Map.copyOf(ownEnds);
  }

  /** Ends it at once and for good. */
  synchronized void destroy() {
    closing = true;
    killed = true;
    process.destroyForcibly();
  }

  /** Lets it end by closing its input, and ends it where that does not help, or where it is fed. */
  @Override
  public void close() {
    Process last;
    synchronized (this) {
      closing = true;
      last = process;
    }
    try {
      // what is fed may hold its input, in a write that it no longer takes
      if (!hasAnEnd) {
        last.getOutputStream().close();
      }
      if (hasAnEnd || !last.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        synchronized (this) {
          killed = killed || last.isAlive();
        }
        last.destroyForcibly();
      }
      keeper.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
    } catch (IOException _) {
      last.destroyForcibly();
    } catch (InterruptedException _) {
      last.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
