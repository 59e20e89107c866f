package dev.stygian.graph.error;

/** No room came free in a queue at its maximum depth within the time the producer gave it. */
public final class QueueFullException extends StygianException {
  private static final long serialVersionUID = 1L;

  public QueueFullException(String message) {
    super(message, null);
  }

  public QueueFullException(String message, Throwable cause) {
    super(message, cause);
  }
}
