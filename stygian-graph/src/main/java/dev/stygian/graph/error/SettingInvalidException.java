package dev.stygian.graph.error;

/** A setting from the command line, the environment or code has a value that it cannot have. */
public final class SettingInvalidException extends StygianException {
  private static final long serialVersionUID = 1L;

  public SettingInvalidException(String message) {
    super(message, null);
  }

  public SettingInvalidException(String message, Throwable cause) {
    super(message, cause);
  }
}
