package dev.stygian.graph.engine;

import dev.stygian.graph.queue.Visit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the nodes that an attempt executes use outside, until that is reported. Thread-safe. */
final class AttemptUsage {
  /** Most attempts have ended by then, and report it with their end. */
  private static final long OVERDUE_NANOS = 250_000_000;

  private final boolean isPaced;
  private Usage used = Usage.NONE;
  private Optional<RunFleet> fleet = Optional.empty();

  /**
   * Usage of an attempt.
   *
   * @param isPaced whether others wait for what it does to its host
   */
  AttemptUsage(boolean isPaced) {
    this.isPaced = isPaced;
  }

  /** The next node begins, which uses this. */
  synchronized void goOn(RunFleet next) {
    gather();
    fleet = Optional.of(next);
  }

  private void gather() {
    used = fleet.map(last -> used.plus(last.takeUsage())).orElse(used);
  }

  /** What was used since the last call. */
  synchronized Usage take() {
    gather();
    Usage taken = used;
    used = Usage.NONE;
    return taken;
  }

  /**
   * Visits that others at the host should not have to wait for until the attempt ends, because it
   * goes on with other things, or for an answer: those that were sent a while ago.
   */
  List<Visit> takeOverdueVisits(long nowNanos) {
    return isPaced ? takeOverdue(nowNanos) : List.of();
  }

  private synchronized List<Visit> takeOverdue(long nowNanos) {
    gather();
    Map<Boolean, List<Visit>> byOverdue =
        used.visits().stream().collect(Collectors.partitioningBy(v -> isOverdue(v, nowNanos)));
    used = new Usage(byOverdue.getOrDefault(false, List.of()), used.expenses());
    return Stream.concat(
            byOverdue.getOrDefault(true, List.of()).stream(),
            fleet.flatMap(f -> f.takeUnderWay(v -> isOverdue(v, nowNanos))).stream())
        .toList();
  }

  private static boolean isOverdue(Visit visit, long nowNanos) {
    return nowNanos - visit.startedNanos() > OVERDUE_NANOS;
  }
}
