package dev.stygian.graph.engine;

import dev.stygian.graph.queue.Result;

/** Where results go. Used by one thread. */
public interface ResultSink extends AutoCloseable {
  void write(Result result);

  /**
   * Brings what was written to safety.
   *
   * @return how many bytes the sink holds, to be committed with the position; a sink that cannot be
   *     cut back says 0
   */
  long sync();

  @Override
  void close();

  /** Opens a sink, cut back to what was committed. */
  @FunctionalInterface
  interface Opener {
    /**
     * Opens the sink.
     *
     * @param committedBytes what {@link #sync} said before the last commit; 0 for a new one
     */
    ResultSink open(long committedBytes);
  }
}
