package dev.stygian.graph.queue;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A run at one moment. Items add up: submitted + emitted = done + dead + excluded + cancelled + in
 * flight.
 *
 * @param inputClosed whether all of its input is submitted
 * @param submitted items accepted so far
 * @param emitted items that executions found
 * @param excluded items that are not to be executed, as their robots.txt says, for one
 * @param undeliveredResults results that nobody has taken yet
 * @param heldBack whether first-node tasks wait because of them
 * @param weight how many times as many tasks as a run of weight 1 it gets while both have work
 * @param maxLeased how many of its tasks may be leased at once; {@link Cap#NONE}: any number
 * @param missingServices services of waiting tasks that no live worker offers
 */
public record RunStatus(
    RunId run,
    String pipelineId,
    State state,
    boolean inputClosed,
    long submitted,
    Emitted emitted,
    long done,
    long dead,
    long cancelled,
    long excluded,
    long undeliveredResults,
    long undeliveredBytes,
    boolean heldBack,
    int weight,
    int maxLeased,
    List<NodeCounts> nodes,
    List<String> missingServices,
    Instant started,
    Optional<Instant> finished) {
  public RunStatus {
    nodes = List.copyOf(nodes);
    missingServices = List.copyOf(missingServices);
  }

  public long inFlight() {
    return submitted + emitted.accepted() - done - dead - cancelled - excluded;
  }

  /** What a run is doing. */
  public enum State {
    RUNNING,
    PAUSED,
    CANCELLED,
    FINISHED
  }

  /**
   * Tasks of one node, by state; {@code done} and {@code dead} count since the run began.
   *
   * @param maxLeased how many may be leased at once; {@link Cap#NONE}: any number
   */
  public record NodeCounts(
      String node,
      String service,
      long waiting,
      long delayed,
      long leased,
      long done,
      long dead,
      long retries,
      int maxLeased) {
    /** Counts of a node without a cap. */
    public NodeCounts(
        String node,
        String service,
        long waiting,
        long delayed,
        long leased,
        long done,
        long dead,
        long retries) {
      this(node, service, waiting, delayed, leased, done, dead, retries, Cap.NONE);
    }
  }
}
