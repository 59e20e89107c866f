package dev.stygian.graph.error;

/** The queue was closed by this process; nothing more can be asked of it. */
public final class QueueClosedException extends StygianException {
  private static final long serialVersionUID = 1L;

  public QueueClosedException(String message) {
    super(message, null);
  }

  public QueueClosedException(String message, Throwable cause) {
    super(message, cause);
  }
}
