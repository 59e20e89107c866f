package dev.stygian.graph.error;

/**
 * The queue's server could not be reached, or could not do what was asked, within the retry bound.
 */
public final class QueueUnavailableException extends StygianException {
  private static final long serialVersionUID = 1L;

  public QueueUnavailableException(String message) {
    super(message, null);
  }

  public QueueUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
