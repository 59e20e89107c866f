package dev.stygian.graph.queue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a queue sees when it looks at a run at one moment; {@link #explain} makes sense of it, so
 * that all queues say the same.
 *
 * @param at the moment, by the queue's clock
 * @param workers that live
 * @param caps of services
 * @param leased tasks of all runs
 * @param depth how much room the queue has for the run's input
 * @param nodes in the order of the run's lanes
 * @param held leases of the run, those that end first before others; there may be more
 */
public record Observation(
    RunSpec spec,
    RunStatus status,
    Instant at,
    List<WorkerInfo> workers,
    List<ServiceCap> caps,
    long leased,
    Depth depth,
    List<Node> nodes,
    List<Held> held) {
  /** How many host lanes of a run a queue looks at. */
  public static final int MOST_HOSTS = 100;

  /** How many of the runs that fill a queue are named. */
  public static final int MOST_FILLING = 3;

  public Observation {
    workers = List.copyOf(workers);
    caps = List.copyOf(caps);
    nodes = List.copyOf(nodes);
    held = List.copyOf(held);
  }

  /**
   * The unfinished tasks of all runs, for which there is a most.
   *
   * @param most with so many of them whoever submits items of this run waits
   * @param largest the runs that have most of them, where there is no room
   */
  public record Depth(long unfinished, long most, List<Hold.Filling> largest) {
    public Depth {
      largest = List.copyOf(largest);
    }
  }

  /** With how many unfinished tasks in the queue there is no room for one more item of a run. */
  public static long fullFrom(RunSpec run, long most) {
    long ofAnItem = run.lanes().stream().filter(LaneSpec::isFirst).count();
    return Math.max(1, most - ofAnItem + 1);
  }

  /**
   * The waiting and delayed tasks of a node.
   *
   * @param open waiting tasks that visit no host and wait for no equal one
   * @param sameKey waiting tasks whose key is being executed
   * @param delays its delayed tasks, as far as they were found: those of a host together
   * @param hosts lanes that have tasks: those that may be served next, then those that may last
   * @param unseenHosts how many more there are
   */
  public record Node(
      long open, long sameKey, List<Delay> delays, List<Host> hosts, long unseenHosts) {
    public Node {
      delays = List.copyOf(delays);
      hosts = List.copyOf(hosts);
    }
  }

  /**
   * Delayed tasks that visit one host, or none.
   *
   * @param lane of the host; empty for those that visit none
   * @param mayBeMore whether there may be more tasks than were found
   * @param nextDue when the first of them is due
   * @param robots what is noted of the host's robots.txt, where that is not to be had
   */
  public record Delay(
      Optional<HostLane> lane,
      long tasks,
      boolean mayBeMore,
      Instant nextDue,
      Optional<RobotsNote> robots) {}

  /**
   * A host's lane that has tasks.
   *
   * @param mayBeMore whether there may be more tasks than were counted
   * @param mayStart whether one of them may start now
   * @param next when one may; empty: now, or when another one ends
   * @param notBefore until when the host asked to be left alone
   * @param gap between two starts, by the lane's interval and by what the host asks for
   * @param active tasks that are leased and visit it
   * @param isBroken whether so many visits failed that it counts as away
   * @param failures in a row, since {@code awaySince}
   */
  public record Host(
      HostLane lane,
      long tasks,
      boolean mayBeMore,
      boolean mayStart,
      Optional<Instant> next,
      Instant notBefore,
      Duration gap,
      long active,
      boolean isBroken,
      int failures,
      Instant awaySince) {}

  /**
   * Open tasks of one lease.
   *
   * @param lastSign when it was handed out or renewed last
   */
  public record Held(String node, long tasks, Instant lastSign, Instant deadline) {}

  /** Says whether the run moves, and if not, why. */
  public Explanation explain() {
    return new Diagnosis(this).explain();
  }
}
