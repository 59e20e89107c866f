package dev.stygian.graph.error;

/**
 * A body that lies in a blob store cannot be read, or one that belongs there cannot be put: the
 * store is away, or not named here, or lacks the blob. Trying again may help.
 */
public final class BlobUnavailableException extends StygianException {
  private static final long serialVersionUID = 1L;

  public BlobUnavailableException(String message) {
    super(message, null);
  }

  public BlobUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
