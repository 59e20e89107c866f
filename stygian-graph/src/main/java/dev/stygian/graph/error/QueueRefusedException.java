package dev.stygian.graph.error;

/**
 * The queue's server answers but will not serve us: wrong password, too old a version, another
 * protocol.
 */
public final class QueueRefusedException extends StygianException {
  private static final long serialVersionUID = 1L;

  public QueueRefusedException(String message) {
    super(message, null);
  }

  public QueueRefusedException(String message, Throwable cause) {
    super(message, cause);
  }
}
