package dev.stygian.graph.queue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The waiting tasks of one node that visit hosts: a lane a host, served in turns as far as the
 * hosts allow. Guarded by the queue's lock.
 */
final class HostQueues {
  private static final long WHEN_ANOTHER_ENDS = Long.MAX_VALUE;

  private final Lane node;
  private final Map<HostLane, Waiting> byLane = new HashMap<>();
  private final TreeSet<Waiting> byDue =
      new TreeSet<>(Comparator.<Waiting>comparingLong(w -> w.due).thenComparingLong(w -> w.number));
  private long lastNumber;

  /** One host's lane that has tasks. */
  static final class Waiting {
    final HostLane lane;
    final HostQueues queues;
    private final ArrayDeque<QueuedTask> tasks = new ArrayDeque<>(2);
    private long due;
    private long number;
    private int turn = Hosts.TURN;

    private Waiting(HostLane lane, HostQueues queues) {
      this.lane = lane;
      this.queues = queues;
    }

    /** The run whose tasks these are. */
    RunBook run() {
      return queues.node.run;
    }

    /** The service that executes them. */
    String service() {
      return queues.node.spec.service();
    }
  }

  HostQueues(Lane node) {
    this.node = node;
  }

  void add(QueuedTask task, HostLane lane, boolean first) {
    Waiting waiting = byLane.get(lane);
    if (waiting == null) {
      waiting = new Waiting(lane, this);
      byLane.put(lane, waiting);
      enter(waiting, 0);
    }
    if (first) {
      waiting.tasks.addFirst(task);
      unblock(waiting); // it may be back because it was not used
    } else {
      waiting.tasks.addLast(task);
    }
  }

  /** When the first lane may be served; {@link Long#MAX_VALUE} where none may by itself. */
  long firstDue() {
    return byDue.isEmpty() ? Long.MAX_VALUE : byDue.first().due;
  }

  /** Takes a task of a host that may be visited now, or that was given up. */
  @Nullable QueuedTask poll(Hosts hosts, long now) {
    while (firstDue() <= now) {
      Waiting waiting = byDue.removeFirst();
      switch (hosts.mayStart(waiting.lane, now)) {
        case Hosts.Permission.Now _, Hosts.Permission.GivenUp _ -> {
          return take(waiting);
        }
        case Hosts.Permission.Later(long millis) -> {
          enter(waiting, millis);
          hosts.rest(waiting);
          node.run.hosts.waits(waiting.lane);
        }
        case Hosts.Permission.Blocked() -> {
          enter(waiting, WHEN_ANOTHER_ENDS);
          hosts.block(waiting);
          node.run.hosts.waits(waiting.lane);
        }
      }
    }
    return null;
  }

  /** How many hosts have tasks. */
  int size() {
    return byLane.size();
  }

  long tasks() {
    return byLane.values().stream().mapToLong(waiting -> waiting.tasks.size()).sum();
  }

  /** Looks at some hosts, changing nothing: one half may be served next, the other one last. */
  List<Observation.Host> look(Hosts hosts, int most, long now) {
    int last = byDue.size() <= most ? 0 : most - most / 2;
    List<Observation.Host> looks = new ArrayList<>();
    byDue.stream().limit(most - last).forEach(w -> looks.add(look(w, hosts, now)));
    byDue.descendingSet().stream().limit(last).forEach(w -> looks.add(look(w, hosts, now)));
    return looks;
  }

  private static Observation.Host look(Waiting waiting, Hosts hosts, long now) {
    return hosts.look(waiting.lane, waiting.tasks.size(), now);
  }

  /** Takes a task whoever may be visited. */
  @Nullable QueuedTask pollAny() {
    Waiting waiting = byDue.pollFirst();
    return waiting == null ? null : take(waiting);
  }

  private QueuedTask take(Waiting waiting) {
    QueuedTask task = waiting.tasks.removeFirst();
    waiting.turn--;
    if (waiting.tasks.isEmpty()) {
      byLane.remove(waiting.lane);
    } else if (waiting.turn > 0) {
      byDue.add(waiting);
    } else {
      waiting.turn = Hosts.TURN;
      enter(waiting, waiting.due);
    }
    return task;
  }

  private void enter(Waiting waiting, long due) {
    lastNumber++;
    waiting.number = lastNumber;
    waiting.due = due;
    byDue.add(waiting);
  }

  /**
   * Lets a lane that waits for its host's next start go on at its time, if that is earlier now;
   * returns whether it does. Where it waits for another task's end now, it does that.
   */
  boolean advance(Waiting waiting, Hosts hosts, long now) {
    if (!byDue.contains(waiting)) {
      return false;
    }
    return switch (hosts.mayStart(waiting.lane, now)) {
      case Hosts.Permission.Now _, Hosts.Permission.GivenUp _ -> advance(waiting, now);
      case Hosts.Permission.Later(long millis) -> {
        hosts.rest(waiting);
        yield advance(waiting, millis);
      }
      case Hosts.Permission.Blocked() -> {
        hosts.block(waiting);
        byDue.remove(waiting);
        enter(waiting, WHEN_ANOTHER_ENDS);
        yield false;
      }
    };
  }

  private boolean advance(Waiting waiting, long due) {
    boolean isEarlier = due < waiting.due;
    if (isEarlier) {
      byDue.remove(waiting);
      enter(waiting, due);
    }
    return isEarlier;
  }

  /** Lets a lane be looked at again, whatever it waited for. */
  void unblock(Waiting waiting) {
    if (byDue.remove(waiting)) {
      enter(waiting, 0);
    }
  }
}
