package dev.stygian.services.ai;

/** Carries an interrupt through LangChain4j, whose methods declare no checked exception. */
final class CallInterruptedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CallInterruptedException(InterruptedException cause) {
    super(cause);
  }
}
