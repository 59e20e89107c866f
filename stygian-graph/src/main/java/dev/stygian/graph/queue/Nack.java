package dev.stygian.graph.queue;

import java.time.Duration;
import java.util.List;

/**
 * The end of a lease that did not work.
 *
 * @param progress what did work under this lease, before or beside the task that did not
 * @param task the task that did not work: the lease's, or one that followed it in memory
 * @param attempt which attempt of {@code task} this was
 */
public record Nack(Lease lease, Progress progress, Task task, int attempt, Verdict verdict)
    implements Settlement {
  /** The end of a lease under which these nodes worked, one after another. */
  public Nack(Lease lease, List<NodeResult> booked, Task task, int attempt, Verdict verdict) {
    this(lease, Progress.of(booked), task, attempt, verdict);
  }

  /** What becomes of the task. */
  public sealed interface Verdict {
    /** Why it did not work; empty where nothing went wrong. */
    String reason();

    /** Again after a wait, unless its attempts are used up: then it is dead. */
    record Retry(String error, Duration delay) implements Verdict {
      @Override
      public String reason() {
        return error;
      }
    }

    /** Dead at once: no attempt could work. */
    record Bury(String error) implements Verdict {
      @Override
      public String reason() {
        return error;
      }
    }

    /**
     * Back without an attempt lost: the worker stops, or the task was to start earlier, or in
     * another lane, which {@link Nack#task} then names.
     *
     * @param isUnused whether the task has visited no host, so that another one may instead
     * @param delay how long it waits before it may be leased again
     */
    record HandBack(boolean isUnused, Duration delay) implements Verdict {
      /** At once, of a task that may have visited its host. */
      public HandBack() {
        this(false, Duration.ZERO);
      }

      @Override
      public String reason() {
        return "";
      }
    }

    /** Not to be executed, as a rule says that is no error; its item ends with that. */
    record Exclude(String reason) implements Verdict {}
  }
}
