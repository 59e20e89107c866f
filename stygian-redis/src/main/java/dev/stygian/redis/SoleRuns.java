package dev.stygian.redis;

import static dev.stygian.redis.Keys.bytes;

import dev.stygian.graph.queue.Submission;
import dev.stygian.graph.queue.Task;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The runs that have their keys to themselves, so that the scripts need not look for others under
 * them: each is the first run of its pipeline that the queue remembers, and this process has
 * submitted all of its items, none of them twice. A run stops being one when another of its
 * pipeline begins, when an item comes in twice or is found by an execution, and when another
 * process goes on with it. Thread-safe.
 */
final class SoleRuns {
  /** Who does not know all keys of a run. */
  static final String NOBODY = "";

  private static final int MOST_KEPT = 1_000;

  /** Of the heap, for what is known of keys. */
  private static final int SHARE_OF_HEAP = 4;

  /** Leases that are marked in a call, so that no script takes long. */
  private static final int LEASES_PER_CALL = 4;

  private final RedisLink link;
  private final String process;
  private final AtomicLong room = new AtomicLong(Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP);
  private final Map<Long, DistinctKeys> known = new LinkedHashMap<>();

  SoleRuns(RedisLink link, Names names) {
    this.link = link;
    this.process = names.process();
  }

  String process() {
    return process;
  }

  /** This process has opened a run that has its keys to itself. */
  synchronized void opened(long run) {
    if (known.size() >= MOST_KEPT) {
      forget(known.keySet().iterator().next());
    }
    known.put(run, new DistinctKeys(room));
  }

  /** Who may tell the server that none of the batch's keys was in the run before. */
  String claim(long run, List<Submission> batch) {
    Optional<DistinctKeys> keys = keysOf(run);
    if (keys.isEmpty()) {
      return NOBODY;
    }
    for (Submission item : batch) {
      for (Task task : item.first()) {
        if (!keys.get().add(task.key())) {
          forget(run);
          return NOBODY;
        }
      }
    }
    return process;
  }

  private synchronized Optional<DistinctKeys> keysOf(long run) {
    return Optional.ofNullable(known.get(run));
  }

  synchronized void forget(long run) {
    Optional.ofNullable(known.remove(run)).ifPresent(DistinctKeys::drop);
  }

  /** Lets others have a run's keys too: when this returns, all that is leased of it is marked. */
  void share(long run) throws InterruptedException {
    forget(run);
    byte[] number = bytes(Long.toString(run));
    List<?> leases = link.list(LuaScript.SHARE, List.of(number));
    for (int from = 0; from < leases.size(); from += LEASES_PER_CALL) {
      List<byte[]> arguments = new ArrayList<>(List.of(number));
      leases
          .subList(from, Math.min(from + LEASES_PER_CALL, leases.size()))
          .forEach(lease -> arguments.add(Replies.bytes(lease)));
      link.list(LuaScript.SHARE, arguments);
    }
    link.list(LuaScript.SHARE, List.of(number, bytes("end")));
  }
}
