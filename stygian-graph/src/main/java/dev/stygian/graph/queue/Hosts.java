package dev.stygian.graph.queue;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * How often hosts may be visited, by all runs of a {@link LocalWorkQueue} together. Guarded by the
 * queue's lock.
 */
final class Hosts {
  /** Tasks that a lane hands out before the next one's turn. */
  static final int TURN = 20;

  private static final long SHORTEST_WINDOW_MILLIS = 10;
  private static final long LONGEST_WINDOW_MILLIS = 1_000;
  private static final int WINDOWS_IN_A_GAP = 10;

  private final Map<String, Host> byName = new HashMap<>();

  /** Whether a task of a lane may start. */
  sealed interface Permission {
    /** It may, {@code windowMillis} from now on at the latest; empty: whenever it likes. */
    record Now(OptionalLong windowMillis) implements Permission {}

    /** Not before then. */
    record Later(long millis) implements Permission {}

    /** Not before another task that visits the host has ended. */
    record Blocked() implements Permission {}

    /** Never: the host has been away for longer than the lane's tasks wait. */
    record GivenUp() implements Permission {}
  }

  private static final class Host {
    final HostPace pace = new HostPace();
    final Set<HostQueues.Waiting> blocked = new HashSet<>();
    final Set<HostQueues.Waiting> resting = new HashSet<>();
    long last;
    long sent;
    long lease;
    int active;
  }

  private Host host(String name) {
    return byName.computeIfAbsent(name, _ -> new Host());
  }

  private Host host(HostLane lane) {
    return host(lane.host());
  }

  /** How long a start is good for that is granted: who begins later asks again. */
  private static long windowMillis(long gapMillis) {
    return Math.clamp(gapMillis / WINDOWS_IN_A_GAP, SHORTEST_WINDOW_MILLIS, LONGEST_WINDOW_MILLIS);
  }

  /**
   * When the next start may be. The last one was used when that is reported, or else it may have
   * been at the last moment that it was good for. A request that came without a start, as by a
   * redirect, counts as one, also where none was ever granted.
   */
  private static long nextStart(Host host, long window, long gap) {
    if (host.lease == 0 && host.sent == 0) {
      return 0;
    }
    return (host.sent >= host.last ? host.sent : host.last + window) + gap;
  }

  Permission mayStart(HostLane lane, long now) {
    Host host = host(lane);
    if (host.pace.isAwayFor(lane.patience(), now)) {
      return new Permission.GivenUp();
    }
    long gap = Math.max(lane.interval().toMillis(), host.pace.gapMillis());
    long window = gap > 0 ? windowMillis(gap) : 0;
    long from = gap > 0 ? nextStart(host, window, gap) : 0;
    if (Math.max(from, host.pace.notBefore()) > now) {
      return new Permission.Later(Math.max(from, host.pace.notBefore()));
    }
    int most = lane.concurrency() == 0 ? Integer.MAX_VALUE : lane.concurrency();
    if (host.active >= (host.pace.isBroken() ? 1 : most)) {
      return new Permission.Blocked();
    }
    return new Permission.Now(window > 0 ? OptionalLong.of(window) : OptionalLong.empty());
  }

  /** Whether a lane's tasks may start, and what is against it. */
  Observation.Host look(HostLane lane, long tasks, long now) {
    Host host = host(lane);
    Permission permission = mayStart(lane, now);
    Optional<Instant> next =
        permission instanceof Permission.Later(long millis)
            ? Optional.of(Instant.ofEpochMilli(millis))
            : Optional.empty();
    return new Observation.Host(
        lane,
        tasks,
        false,
        permission instanceof Permission.Now,
        next,
        Instant.ofEpochMilli(host.pace.notBefore()),
        Duration.ofMillis(Math.max(lane.interval().toMillis(), host.pace.gapMillis())),
        host.active,
        host.pace.isBroken(),
        host.pace.failures(),
        Instant.ofEpochMilli(host.pace.awaySince()));
  }

  /** A task of the lane starts; returns how many visit the host now. */
  int started(HostLane lane, long lease, long now) {
    Host host = host(lane);
    host.last = now;
    host.lease = lease;
    host.active++;
    host.resting.clear();
    return host.active;
  }

  /**
   * A start that was granted was not used: another task may have it, an interval after the last
   * request all the same, as tasks that were granted starts before may have sent theirs since.
   */
  void unused(HostLane lane, long lease) {
    Host host = host(lane);
    if (host.lease == lease) {
      host.last = host.sent;
      host.lease = 0;
    }
  }

  /** A task of the lane is not leased any more; returns the lanes that waited for that. */
  Set<HostQueues.Waiting> ended(HostLane lane) {
    Host host = host(lane);
    host.active--;
    Set<HostQueues.Waiting> waited = Set.copyOf(host.blocked);
    host.blocked.clear();
    return waited;
  }

  void block(HostQueues.Waiting waiting) {
    host(waiting.lane).blocked.add(waiting);
  }

  void rest(HostQueues.Waiting waiting) {
    host(waiting.lane).resting.add(waiting);
  }

  /** Books a visit; returns the gap to its nearest neighbour, empty where there is none. */
  OptionalLong visited(Visit visit, long startedMillis, long now) {
    Host host = host(visit.host());
    host.sent = Math.max(host.sent, startedMillis + 1); // both clocks were rounded down
    return host.pace.visited(visit, startedMillis, now);
  }

  /** The lanes that wait for a host's next start, which may be earlier than they had to think. */
  Set<HostQueues.Waiting> takeResting(String name) {
    Host host = host(name);
    Set<HostQueues.Waiting> resting = Set.copyOf(host.resting);
    host.resting.clear();
    return resting;
  }

  /** Whether a failure is the host's, so that it counts for none of its tasks. */
  boolean isBroken(HostLane lane) {
    return host(lane).pace.isBroken();
  }

  /** What is to be said of a host that was given up. */
  static String away(String host, Duration patience) {
    return "host "
        + host
        + " has not answered for "
        + patience.toSeconds()
        + " s; its tasks are given up";
  }
}
