package dev.stygian.graph.error;

import org.jspecify.annotations.Nullable;

/**
 * The root of everything that this project throws. The message says what happened and to what, and
 * ends with what to do about it; the cause, where there is one, is never dropped.
 */
public abstract sealed class StygianException extends RuntimeException
    permits BlobUnavailableException,
        PipelineInvalidException,
        SettingInvalidException,
        PayloadException,
        QueueClosedException,
        QueueFullException,
        QueueRefusedException,
        QueueUnavailableException,
        RunUnknownException,
        ServiceUnknownException,
        OutputException {
  private static final long serialVersionUID = 1L;

  StygianException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
