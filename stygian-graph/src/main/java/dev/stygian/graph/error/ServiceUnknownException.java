package dev.stygian.graph.error;

/** A pipeline names a service that this registry does not have. */
public final class ServiceUnknownException extends StygianException {
  private static final long serialVersionUID = 1L;

  public ServiceUnknownException(String message) {
    super(message, null);
  }

  public ServiceUnknownException(String message, Throwable cause) {
    super(message, cause);
  }
}
