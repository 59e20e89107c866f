package dev.stygian.services.extract;

/** A page that does not give what the config demands; the reason is the dead letter's reason. */
final class ExtractionFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String reason;

  ExtractionFailedException(String reason) {
    // many pages may fail alike, and where in this package says nothing to the reader
    super(reason, null, false, false);
    this.reason = reason;
  }

  String reason() {
    return reason;
  }
}
