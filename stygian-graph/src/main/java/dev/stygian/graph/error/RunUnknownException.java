package dev.stygian.graph.error;

/** No run of that id is in the queue: it never was, or its time to live is over. */
public final class RunUnknownException extends StygianException {
  private static final long serialVersionUID = 1L;

  public RunUnknownException(String message) {
    super(message, null);
  }

  public RunUnknownException(String message, Throwable cause) {
    super(message, cause);
  }
}
