package dev.stygian.graph.error;

/** Bytes that cannot be decoded, or a value too large to be carried. */
public final class PayloadException extends StygianException {
  private static final long serialVersionUID = 1L;

  public PayloadException(String message) {
    super(message, null);
  }

  public PayloadException(String message, Throwable cause) {
    super(message, cause);
  }
}
