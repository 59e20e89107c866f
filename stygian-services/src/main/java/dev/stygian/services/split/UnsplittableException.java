package dev.stygian.services.split;

/** What is to be split is not what the config says; the message says what it is. */
final class UnsplittableException extends Exception {
  private static final long serialVersionUID = 1;
  private final String reason;

  UnsplittableException(String reason) {
    super(reason);
    this.reason = reason;
  }

  @Override
  public String getMessage() {
    return reason;
  }
}
