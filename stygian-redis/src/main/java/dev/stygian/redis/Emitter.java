package dev.stygian.redis;

import static dev.stygian.redis.Keys.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stygian.graph.queue.Emission;
import dev.stygian.graph.queue.Emitted;
import dev.stygian.graph.queue.Lease;
import dev.stygian.graph.queue.RunSpec;
import dev.stygian.graph.queue.Task;
import dev.stygian.graph.settings.Sha256;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Puts items into runs that executions found. */
final class Emitter {
  /** So many that no script takes longer than a millisecond or two. */
  private static final int MOST_PER_CALL = 100;

  private static final int DIGEST_BYTES = 12;

  private final RedisLink link;
  private final OpenRuns runs;

  Emitter(RedisLink link, OpenRuns runs) {
    this.link = link;
    this.runs = runs;
  }

  Optional<Emitted> emit(Lease lease, List<Emission> batch, long limit)
      throws InterruptedException {
    RunSpec spec = runs.known(lease.task().id().run()).spec();
    Emitted all = Emitted.NONE;
    for (int from = 0; from < batch.size(); from += MOST_PER_CALL) {
      List<byte[]> arguments = new ArrayList<>();
      arguments.add(bytes(Long.toString(lease.token().lease())));
      arguments.add(bytes(Integer.toString(lease.token().index())));
      arguments.add(bytes(Long.toString(limit)));
      for (Emission each : batch.subList(from, Math.min(from + MOST_PER_CALL, batch.size()))) {
        add(spec, each, arguments);
      }
      List<?> reply = link.list(LuaScript.EMIT, arguments);
      if (Replies.text(reply.getFirst()).equals("lost")) {
        return Optional.empty();
      }
      all =
          all.plus(
              new Emitted(
                  Replies.number(reply.get(1)),
                  Replies.number(reply.get(2)),
                  Replies.number(reply.get(3))));
    }
    return Optional.of(all);
  }

  private static void add(RunSpec spec, Emission emission, List<byte[]> arguments) {
    byte[] item = emission.item().getBytes(UTF_8);
    arguments.add(item);
    arguments.add(Arrays.copyOf(Sha256.of(item), DIGEST_BYTES));
    arguments.add(bytes(Integer.toString(emission.first().size())));
    for (Task task : emission.first()) {
      arguments.add(bytes(Integer.toString(spec.laneOf(task.id().node()))));
      arguments.add(HostLaneNames.name(task));
      arguments.add(TaskBytes.record(task));
    }
  }
}
