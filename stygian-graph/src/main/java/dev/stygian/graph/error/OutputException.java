package dev.stygian.graph.error;

/** Results could not be written where the user asked for them. */
public final class OutputException extends StygianException {
  private static final long serialVersionUID = 1L;

  public OutputException(String message) {
    super(message, null);
  }

  public OutputException(String message, Throwable cause) {
    super(message, cause);
  }
}
