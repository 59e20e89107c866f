package dev.stygian.cli;

import dev.stygian.graph.error.BlobUnavailableException;
import dev.stygian.graph.error.OutputException;
import dev.stygian.graph.error.PayloadException;
import dev.stygian.graph.error.PipelineInvalidException;
import dev.stygian.graph.error.QueueClosedException;
import dev.stygian.graph.error.QueueFullException;
import dev.stygian.graph.error.QueueRefusedException;
import dev.stygian.graph.error.QueueUnavailableException;
import dev.stygian.graph.error.RunUnknownException;
import dev.stygian.graph.error.ServiceUnknownException;
import dev.stygian.graph.error.SettingInvalidException;
import dev.stygian.graph.error.StygianException;

/** How a command ends. */
final class ExitCode {
  /** All done. */
  static final int OK = 0;

  /** Some tasks are dead, or the run was cancelled. */
  static final int INCOMPLETE = 1;

  /** The command or the pipeline is wrong. */
  static final int USAGE = 2;

  /** Redis, a disk or something else outside does not do its part. */
  static final int INFRASTRUCTURE = 3;

  static final int INTERRUPTED = 130;

  private ExitCode() {}

  static int of(StygianException failure) {
    return switch (failure) {
      case PipelineInvalidException e -> USAGE;
      case SettingInvalidException e -> USAGE;
      case ServiceUnknownException e -> USAGE;
      case RunUnknownException e -> USAGE;
      case PayloadException e -> USAGE;
      case BlobUnavailableException e -> INFRASTRUCTURE;
      case OutputException e -> INFRASTRUCTURE;
      case QueueClosedException e -> INFRASTRUCTURE;
      case QueueFullException e -> INFRASTRUCTURE;
      case QueueRefusedException e -> INFRASTRUCTURE;
      case QueueUnavailableException e -> INFRASTRUCTURE;
    };
  }
}
